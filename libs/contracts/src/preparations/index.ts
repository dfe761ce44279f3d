export * from './git-logins.ts';
export * from './preparation-report.ts';
export * from './preparations.requests.ts';
export * from './repository-address.ts';
