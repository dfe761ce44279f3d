import { Injectable } from '@nestjs/common';
import type { MeResponse, SetupRequest, SetupStateResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { PasswordHasher } from '../users/password-hasher.ts';
import { UsersService } from '../users/users.service.ts';
import { BrowserLogins, type CookieAnswer } from './browser-logins.ts';
import { LoginThrottle } from './login-throttle.ts';
import { SetupLink } from './setup-link.ts';
import type { Visitor } from './visitor.ts';

/** Makes the first admin, for whoever reads the server's output. */
@Injectable()
export class SetupService {
  constructor(
    private readonly link: SetupLink,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly browserLogins: BrowserLogins,
  ) {}

  /** Null once there is an admin. */
  async findLink(): Promise<string | null> {
    return (await this.users.hasAdmin()) ? null : this.link.url;
  }

  async state(): Promise<SetupStateResponse> {
    return { setupNeeded: !(await this.users.hasAdmin()) };
  }

  /** Logs the new admin in. @throws setup.done, setup.token_invalid, login.too_many_attempts, login.busy */
  async setUp(
    visitor: Visitor,
    { token, username, password }: SetupRequest,
  ): Promise<CookieAnswer<MeResponse>> {
    if (await this.users.hasAdmin()) throw setupDone();
    const attempt = { userKey: 'setup', ip: visitor.ip, device: null };
    await this.throttle.count(attempt);
    if (!this.link.isRight(token)) {
      throw new DomainError('setup.token_invalid', {
        message: 'This link is not valid: use the one the server printed when it last started.',
      });
    }
    await this.throttle.forgive(attempt);
    const passwordHash = await this.hasher.hash(password);
    return this.browserLogins.start(visitor, 'setup.done', async (manager) => {
      if (await this.users.hasAdmin(manager)) throw setupDone();
      return this.users.insert(manager, { username, passwordHash, role: 'admin' });
    });
  }
}

function setupDone(): DomainError {
  return new DomainError('setup.done', { message: 'The first admin exists already: log in instead.' });
}
