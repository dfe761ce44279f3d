export * from './git.requests.ts';
