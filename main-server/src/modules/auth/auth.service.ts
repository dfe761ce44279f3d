import { Injectable } from '@nestjs/common';
import type { LoginRequest, MeResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { UsersService } from '../users/users.service.ts';
import { BrowserLogins, type CookieAnswer } from './browser-logins.ts';
import { loginExpired } from './login-errors.ts';
import { PasswordCheck } from './password-check.ts';
import type { Visitor } from './visitor.ts';

@Injectable()
export class AuthService {
  constructor(
    private readonly passwords: PasswordCheck,
    private readonly browserLogins: BrowserLogins,
    private readonly users: UsersService,
  ) {}

  /** @throws login.invalid, login.too_many_attempts, login.busy */
  async logIn(visitor: Visitor, request: LoginRequest): Promise<CookieAnswer<MeResponse>> {
    const user = await this.passwords.check(visitor, request);
    return this.browserLogins.start(visitor, 'login.started', () => Promise.resolve(user));
  }

  logOut(user: AuthUser): Promise<CookieAnswer<void>> {
    return this.browserLogins.end(user);
  }

  /** @throws login.expired when the user is gone */
  async me(auth: AuthUser): Promise<MeResponse> {
    const user = await this.users.find(auth.id);
    if (!user) throw loginExpired();
    return { user: this.users.toResponse(user), via: auth.via };
  }
}
