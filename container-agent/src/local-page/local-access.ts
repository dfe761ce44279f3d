import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Who may use the page that container-agent serves when it is run by hand: the browser that opened the printed link. The
 * link works once; then another one is made.
 */
export class LocalAccess {
  private linkToken = newSecret();
  private readonly cookieValue = newSecret();
  private readonly cookieName: string;

  /** Cookies do not know ports, so two sessions run by hand need two names. */
  constructor(sessionId: string) {
    this.cookieName = `codex-webapp-local-${sessionId}`;
  }

  get linkPath(): string {
    return `/local/enter?token=${this.linkToken}`;
  }

  /** The cookie to set, or null for a wrong or used token. */
  redeem(token: string): string | null {
    if (!isSame(token, this.linkToken)) return null;
    this.linkToken = newSecret();
    return `${this.cookieName}=${this.cookieValue}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /**
   * Whether a request comes from our own page in that browser. Pages of other ports are "same-site" to us and get the
   * cookie sent along, so the browser's word about the origin counts too; and only loopback names, since any name can be
   * made to point here.
   */
  isAllowed(headers: IncomingHttpHeaders): boolean {
    if (!loopbackHost.test(headers.host ?? '') || !this.hasCookie(headers.cookie ?? '')) return false;
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin';
    return headers.origin === undefined || headers.origin === `http://${headers.host}`;
  }

  /** The same for a socket, which any page may open: every browser says there which one it is. */
  isAllowedUpgrade(headers: IncomingHttpHeaders): boolean {
    return headers.origin === `http://${headers.host}` && this.isAllowed(headers);
  }

  private hasCookie(header: string): boolean {
    const pairs = header.split(';').map((pair) => pair.trim());
    const own = pairs.find((pair) => pair.startsWith(`${this.cookieName}=`));
    return own !== undefined && isSame(own.slice(this.cookieName.length + 1), this.cookieValue);
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
