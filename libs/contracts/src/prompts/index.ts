export * from './prompts.requests.ts';
