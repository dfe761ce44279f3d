import type { IncomingMessage } from 'node:http';
import { DomainError } from '@codex-webapp/nest-kit';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request may change something. */
export function isUnsafe(method: string | undefined): boolean {
  return !safeMethods.has(method ?? '');
}

/**
 * A browser sends cookies along with requests of foreign pages, and says where a request comes from. Only our own
 * origin may change something; a sibling (`same-site`) is foreign too. @throws origin.forbidden
 */
export function assertSameOrigin(
  { headers }: Pick<IncomingMessage, 'headers'>,
  origin: string,
  { isSilenceAllowed = false } = {},
): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  if (site === undefined && headers.origin === origin) return;
  // Every browser says one of the two; a script that holds no cookie need not.
  if (isSilenceAllowed && site === undefined && headers.origin === undefined) return;
  throw new DomainError('origin.forbidden', { message: 'This can only be done from the app itself.' });
}
