export * from './blob-ref.ts';
