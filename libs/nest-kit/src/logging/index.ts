export * from './clean-log.ts';
export * from './logging-params.ts';
