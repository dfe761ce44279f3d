export * from './sessions.requests.ts';
