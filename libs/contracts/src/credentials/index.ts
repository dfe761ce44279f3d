export * from './agent-logins.ts';
export * from './container-credentials.ts';
export * from './credentials.requests.ts';
export * from './device-login.ts';
