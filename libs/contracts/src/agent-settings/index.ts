export * from './agent-settings.requests.ts';
export * from './container-settings.ts';
export * from './mcp-support.ts';
export * from './variable-names.ts';
