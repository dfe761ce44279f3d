import { Injectable } from '@nestjs/common';
import { DeviceCookie } from './device-cookie.ts';
import { LoginCookie } from './login-cookie.ts';
import type { StartedLogin } from './logins.service.ts';
import type { Visitor } from './visitor.ts';

/** The two cookies a login is about: the one that is it, and the one that remembers the browser. */
@Injectable()
export class LoginCookies {
  constructor(
    private readonly login: LoginCookie,
    private readonly device: DeviceCookie,
  ) {}

  loginOf(visitor: Visitor): string | null {
    return this.login.read({ cookie: visitor.cookies });
  }

  deviceOf(visitor: Visitor, userKey: string): string | null {
    return this.device.read(visitor.cookies, userKey);
  }

  remember({ secret, maxAgeSeconds }: StartedLogin, userKey: string): readonly string[] {
    return [this.login.write(secret, maxAgeSeconds), this.device.write(userKey)];
  }

  /** Forgets the login; the browser stays known. */
  forget(): string {
    return this.login.clear();
  }
}
