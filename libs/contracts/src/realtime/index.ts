export * from './client-frames.ts';
export * from './cursor.ts';
export * from './entries.ts';
export * from './server-frames.ts';
export * from './event-stream.ts';
