import type { IncomingMessage } from 'node:http';
import { DomainError } from '@codex-webapp/nest-kit';
import { bearerOf } from '../../common/bearer.ts';

/** The token of an upgrade: of the header, or of the query as in `?token=`; null without one. */
export function tokenOf(request: IncomingMessage, query: URLSearchParams): string | null {
  if (request.headers.authorization !== undefined) return bearerOf(request);
  return query.get('token');
}

/** Session tokens are JWTs; tickets and API tokens are not. Says which gateway decides, not whether it says yes. */
export function isForContainers(request: IncomingMessage, query: URLSearchParams): boolean {
  return tokenOf(request, query)?.split('.').length === 3;
}

/** Whatever is not a session token, also nothing at all, is for the gateway of pages to refuse or to let in. */
export function isForPages(request: IncomingMessage, query: URLSearchParams): boolean {
  return !isForContainers(request, query);
}

/** The role comes from the credential; one in the query may only agree. @throws role.mismatch */
export function assertRole(query: URLSearchParams, role: 'client' | 'container'): void {
  const asked = query.get('role');
  if (asked === null || asked === role) return;
  throw new DomainError('role.mismatch', { message: `This token is for the role ${role}.` });
}

export function credentialMissing(): DomainError {
  return new DomainError('login.required', { message: 'Send a ticket as `token`, or a bearer token.' });
}
