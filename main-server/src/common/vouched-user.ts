import type { IncomingMessage } from 'node:http';
import type { AuthUser } from './auth-user.ts';

const users = new WeakMap<object, AuthUser>();

/**
 * Says who sent a request whose credential was checked before Nest saw it: on a session origin the front door reads
 * the cookie of that host, answers for its owner and hands the request on without any credential. Nothing a client
 * sends can do this.
 */
export function vouchFor(request: IncomingMessage, user: AuthUser): void {
  users.set(request, user);
}

export function vouchedUserOf(request: object): AuthUser | null {
  return users.get(request) ?? null;
}
