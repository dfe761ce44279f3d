export * from './git-login-advice.ts';
export * from './preparation-report.ts';
export * from './preparations.requests.ts';
export * from './repository-address.ts';
