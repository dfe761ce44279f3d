export * from './agent-requests.ts';
export * from './answer-prompt.ts';
