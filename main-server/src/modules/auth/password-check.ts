import { Injectable } from '@nestjs/common';
import type { LoginRequest } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { anonymousActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { PasswordHasher } from '../users/password-hasher.ts';
import { UsersService } from '../users/users.service.ts';
import { usernameKey, type User } from '../users/user.ts';
import { LoginCookies } from './login-cookies.ts';
import { LoginThrottle } from './login-throttle.ts';
import type { Visitor } from './visitor.ts';

@Injectable()
export class PasswordCheck {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly cookies: LoginCookies,
    private readonly audit: AuditService,
  ) {}

  /**
   * The user of a right name and password. Unknown names and wrong passwords are alike in work and answer.
   * @throws login.invalid, login.too_many_attempts, login.busy
   */
  async check(visitor: Visitor, { username, password }: LoginRequest): Promise<User> {
    const userKey = usernameKey(username);
    const attempt = { userKey, ip: visitor.ip, device: this.cookies.deviceOf(visitor, userKey) };
    await this.throttle.count(attempt);
    const user = await this.users.findByName(username);
    const isRight = user
      ? await this.hasher.verify(user.passwordHash, password)
      : await this.hasher.verifyNobody(password);
    if (!user || !isRight) {
      const actor = { ...anonymousActor, userId: user?.id ?? null };
      await this.audit.recordAlone({ actor, action: 'login.refused' });
      throw new DomainError('login.invalid', { message: 'The name or the password is wrong.' });
    }
    await this.throttle.forgive(attempt);
    if (this.hasher.isOutdated(user.passwordHash))
      await this.users.rehash(user.id, await this.hasher.hash(password));
    return user;
  }
}
