export * from './page-messages.ts';
export * from './session-messages.ts';
