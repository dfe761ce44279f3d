export * from './clock.ts';
export * from './domain-error.ts';
export * from './failpoints.ts';
export * from './front-door-proof.ts';
export * from './parse-env.ts';
