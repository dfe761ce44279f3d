export * from './domain-error.filter.ts';
export * from './request-context.ts';
export * from './request-validation.ts';
export * from './rest.module.ts';
export * from './route-handlers.ts';
export * from './to-domain-error.ts';
