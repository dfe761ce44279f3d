export * from './sessions.requests.ts';
export * from './title-from-text.ts';
