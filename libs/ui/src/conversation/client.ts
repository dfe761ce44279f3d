/** The client without its components, for programs that follow a session as a page does. */
export * from '../realtime/index.ts';
export * from './conversation-reducer.ts';
export * from './conversation-state.ts';
export * from './conversation-store.ts';
export * from './session-socket.ts';
