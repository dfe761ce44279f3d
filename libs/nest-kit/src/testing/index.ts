export * from './fake-clock.ts';
export * from './list-sockets.ts';
export * from './small-disk.ts';
