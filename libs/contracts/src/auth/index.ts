export * from './auth.limits.ts';
export * from './auth.requests.ts';
