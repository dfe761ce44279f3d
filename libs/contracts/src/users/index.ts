export * from './users.requests.ts';
