import type { IncomingMessage } from 'node:http';

/** The bearer token of a request; null without one. */
export function bearerOf(request: Pick<IncomingMessage, 'headers'>): string | null {
  const match = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? null;
}
