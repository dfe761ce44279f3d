export * from './compose-final-message.ts';
export * from './compose-transcript.ts';
export * from './fold-turn.ts';
export * from './message-items.ts';
export * from './messages.requests.ts';
export * from './newest-of.ts';
export * from './turn-events.requests.ts';
