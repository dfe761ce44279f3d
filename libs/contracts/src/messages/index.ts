export * from './fold-turn.ts';
export * from './message-items.ts';
export * from './messages.requests.ts';
