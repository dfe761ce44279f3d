import type { IncomingMessage } from 'node:http';

/** A request as far as credentials are concerned, whatever brought it. */
export type CredentialRequest = Pick<IncomingMessage, 'headers'>;

/** The bearer token of a request; null without one. */
export function bearerOf(request: CredentialRequest): string | null {
  const match = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? null;
}
