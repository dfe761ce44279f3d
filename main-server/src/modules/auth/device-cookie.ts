import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';
import { PublicOrigin } from '../../common/public-origin.ts';
import { Secrets } from '../../database/secrets.ts';

const plainName = 'codex-webapp-device';
const maxAgeSeconds = 400 * 24 * 60 * 60;

/**
 * Marks a browser in which a user has logged in before. It opens nothing; its owner's attempts are counted apart from
 * everybody's, so that a stranger who guesses passwords does not lock the owner out.
 */
@Injectable()
export class DeviceCookie {
  constructor(
    private readonly origin: PublicOrigin,
    private readonly secrets: Secrets,
  ) {}

  /** A `Set-Cookie` header. */
  write(userKey: string): string {
    const nonce = randomBytes(16).toString('base64url');
    return stringifySetCookie({
      name: this.name,
      value: `${nonce}.${this.sign(userKey, nonce)}`,
      maxAge: maxAgeSeconds,
      path: '/',
      httpOnly: true,
      secure: this.origin.isSecure,
      sameSite: 'lax',
    });
  }

  /** What tells this browser from others, if `userKey` has logged in with it; else null. */
  read(cookies: string, userKey: string): string | null {
    const [nonce = '', signature = ''] = (parseCookie(cookies)[this.name] ?? '').split('.');
    const expected = Buffer.from(this.sign(userKey, nonce));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) ? nonce : null;
  }

  private get name(): string {
    return this.origin.isSecure ? `__Host-${plainName}` : plainName;
  }

  private sign(userKey: string, nonce: string): string {
    return createHmac('sha256', this.secrets.webappSecret)
      .update(`device\0${userKey}\0${nonce}`)
      .digest('base64url');
  }
}
