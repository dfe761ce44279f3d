export * from './attachments.ts';
export * from './prompts.requests.ts';
