export * from './acp-agents.ts';
export * from './agent-controls.ts';
export * from './agent.ts';
export * from './turn-events.ts';
