import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';
import { PublicOrigin } from '../../common/public-origin.ts';

const plainName = 'codex-webapp-login';

/**
 * The cookie of a login: host-only, HttpOnly, SameSite=Lax. Over TLS it is `__Host-` and Secure; over plain HTTP it
 * cannot be in every browser, see docs/decisions/0003-login-cookie.md.
 */
@Injectable()
export class LoginCookie {
  constructor(private readonly origin: PublicOrigin) {}

  /** Others strip it from what a container gets to see. */
  get name(): string {
    return this.origin.isSecure ? `__Host-${plainName}` : plainName;
  }

  /** Null without one. */
  read(headers: IncomingHttpHeaders): string | null {
    const value = parseCookie(headers.cookie ?? '')[this.name];
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : null;
  }

  /** A `Set-Cookie` header. */
  write(secret: string, maxAgeSeconds: number): string {
    return this.serialize(secret, maxAgeSeconds);
  }

  /** A `Set-Cookie` header that makes the browser forget it. */
  clear(): string {
    return this.serialize('', 0);
  }

  private serialize(value: string, maxAge: number): string {
    return stringifySetCookie({
      name: this.name,
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      secure: this.origin.isSecure,
      sameSite: 'lax',
    });
  }
}
