export * from './agent.ts';
export * from './turn-events.ts';
