export * from './containers.requests.ts';
export * from './router-plan.ts';
