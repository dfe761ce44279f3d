export * from './workspace.requests.ts';
