export * from './workspace.requests.ts';
export * from './search.requests.ts';
export * from './archive.requests.ts';
