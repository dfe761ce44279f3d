export * from './fake-clock.ts';
export * from './small-disk.ts';
