import { DomainError } from '@codex-webapp/nest-kit';

export function loginRequired(): DomainError {
  return new DomainError('login.required', { message: 'Log in, or send an API token.' });
}

export function loginExpired(): DomainError {
  return new DomainError('login.expired', { message: 'The login has ended: log in again.' });
}
