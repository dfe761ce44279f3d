import { Injectable } from '@nestjs/common';
import type { MeResponse } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { UsersService } from '../users/users.service.ts';
import type { User } from '../users/user.ts';
import { LoginCookies } from './login-cookies.ts';
import { LoginsService } from './logins.service.ts';
import type { Visitor } from './visitor.ts';

/** An answer with the `Set-Cookie` headers that go with it. */
export interface CookieAnswer<T> {
  readonly body: T;
  readonly cookies: readonly string[];
}

/** Starts and ends the login of a browser: row, audit and cookies together. */
@Injectable()
export class BrowserLogins {
  constructor(
    private readonly logins: LoginsService,
    private readonly users: UsersService,
    private readonly cookies: LoginCookies,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
  ) {}

  /** Ends the login the browser had. `userOf` runs in the same transaction and may make the user. */
  start(
    visitor: Visitor,
    action: 'login.started' | 'setup.done',
    userOf: (manager: EntityManager) => Promise<User>,
  ): Promise<CookieAnswer<MeResponse>> {
    return this.writeQueue.run(
      async (manager) => {
        const user = await userOf(manager);
        const before = this.cookies.loginOf(visitor);
        if (before !== null) await this.logins.endBySecret(manager, before);
        const login = await this.logins.start(manager, user, visitor.userAgent);
        this.audit.record(manager, {
          actor: { kind: 'login', id: login.loginId, userId: user.id },
          action,
        });
        return {
          body: { user: this.users.toResponse(user), via: 'login' },
          cookies: this.cookies.remember(login, user.usernameKey),
        };
      },
      { isUrgent: true },
    );
  }

  /** Its sockets close too. An API token is revoked instead, see `ApiTokensService`. */
  async end(user: AuthUser): Promise<CookieAnswer<void>> {
    const { loginId } = user;
    if (loginId !== null) {
      await this.writeQueue.run(
        async (manager) => {
          await this.logins.end(manager, loginId);
          this.audit.record(manager, { actor: actorOf(user), action: 'login.ended' });
        },
        { isUrgent: true },
      );
    }
    return { body: undefined, cookies: [this.cookies.forget()] };
  }
}
