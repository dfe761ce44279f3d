import type { IncomingMessage } from 'node:http';
import { DomainError } from '@codex-webapp/nest-kit';

type Asked = Pick<IncomingMessage, 'headers' | 'method'>;

/** Whether the browser opens a page with it: in a tab or a frame, not by a script or as a part of a page. */
export function isNavigation({ headers, method }: Asked): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate' && isPageDestination(headers['sec-fetch-dest']);
  return headers['sec-fetch-site'] === undefined && (headers.accept ?? '').includes('text/html');
}

/** A page in `<object>` or `<embed>` is a part of the page around it. */
function isPageDestination(destination: string | string[] | undefined): boolean {
  return destination === 'document' || destination === 'iframe' || destination === undefined;
}

/**
 * Sibling sessions, previews and the app itself are foreign to a session's origin; every browser says who asks.
 * @throws origin.forbidden
 */
export function assertOwnOrigin({ headers }: Pick<IncomingMessage, 'headers'>, origin: string): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  if (site === undefined && headers.origin === origin) return;
  throw new DomainError('origin.forbidden', { message: 'Only pages of this session may ask this.' });
}

/** An upgrade names its origin in every browser. @throws origin.forbidden */
export function assertOwnUpgrade({ headers }: Pick<IncomingMessage, 'headers'>, origin: string): void {
  if (headers.origin === origin) return;
  throw new DomainError('origin.forbidden', { message: 'Only pages of this session may open this socket.' });
}

/** What two parsers could read differently is refused before anything looks at it. @throws request.invalid */
export function assertWellFormed(request: IncomingMessage): void {
  const { headers, rawHeaders, url } = request;
  let hosts = 0;
  let lengths = 0;
  let encodings = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase();
    if (name === 'host') hosts += 1;
    else if (name === 'content-length') lengths += 1;
    else if (name === 'transfer-encoding') encodings += 1;
  }
  const isAmbiguous =
    hosts !== 1 ||
    lengths + encodings > 1 ||
    (headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked';
  if (isAmbiguous || !url?.startsWith('/')) {
    throw new DomainError('request.invalid', { message: 'The request is malformed.' });
  }
}
