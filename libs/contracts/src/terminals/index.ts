export * from './terminal-frames.ts';
export * from './terminals.requests.ts';
