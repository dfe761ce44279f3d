export * from './agent-requests.ts';
