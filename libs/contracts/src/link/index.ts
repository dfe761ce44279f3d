export * from './agent-frames.ts';
export * from './close-codes.ts';
export * from './main-frames.ts';
export * from './outbox-event.ts';
