import { Injectable } from '@nestjs/common';
import { deviceLoginLimits } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { DeviceLogin } from './device-login.ts';

/** The logins under way, and how the last one of each user and agent ended. */
@Injectable()
export class DeviceLogins {
  private readonly logins = new Map<string, DeviceLogin>();

  find(userId: string, agent: string): DeviceLogin | null {
    return this.logins.get(keyOf(userId, agent)) ?? null;
  }

  /** @throws device_login.not_found */
  get(userId: string, agent: string): DeviceLogin {
    const login = this.find(userId, agent);
    if (login !== null) return login;
    throw new DomainError('device_login.not_found', { message: 'No such login is under way. Start one.' });
  }

  findById(id: string): DeviceLogin | null {
    return [...this.logins.values()].find((login) => login.id === id) ?? null;
  }

  listUnderWay(): readonly DeviceLogin[] {
    return [...this.logins.values()].filter(({ hasEnded }) => !hasEnded);
  }

  /** Gives the one that is under way now: this one, unless another was faster. @throws device_login.limit_reached */
  add(login: DeviceLogin): DeviceLogin {
    const known = this.find(login.user.id, login.agent);
    if (known !== null && !known.hasEnded) return known;
    if (this.listUnderWay().length >= deviceLoginLimits.runningMax) {
      throw new DomainError('device_login.limit_reached', {
        message: 'Others are logging in right now, as many as can at a time. Try again in a few minutes.',
      });
    }
    this.logins.set(keyOf(login.user.id, login.agent), login);
    return login;
  }

  /** A newer one in its place stays. */
  forget(login: DeviceLogin): void {
    const key = keyOf(login.user.id, login.agent);
    if (this.logins.get(key) === login) this.logins.delete(key);
  }
}

function keyOf(userId: string, agent: string): string {
  return `${userId} ${agent}`;
}
