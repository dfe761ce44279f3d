export * from './fake-clock.ts';
export * from './list-gateway-paths.ts';
export * from './small-disk.ts';
