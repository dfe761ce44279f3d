export * from './connection-state.ts';
export * from './reconnecting-socket.ts';
export * from './socket-environment.ts';
