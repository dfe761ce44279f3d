export * from './containers.requests.ts';
