export * from './ports.requests.ts';
