export * from './containers.requests.ts';
export * from './dokploy.requests.ts';
