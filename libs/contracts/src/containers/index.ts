export * from './container-stats.ts';
export * from './containers.requests.ts';
export * from './recovery-actions.ts';
export * from './router-plan.ts';
export * from './dokploy.requests.ts';
export * from './container-logs.ts';
