import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WorkUnderWay } from '../../common/work-under-way.ts';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import type { DeviceLogin } from './device-login.ts';

export interface WaitOptions {
  readonly after: number;
  readonly seconds: number;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

interface Wait {
  readonly user: AuthUser;
  end(error?: DomainError): void;
}

/** Requests of one user that wait at the same time: a few pages. */
const waitsMax = 20;

/** Requests that wait for something new of a login. */
@Injectable()
export class DeviceLoginWaits {
  private readonly waits = new Set<Wait>();

  constructor(
    private readonly clock: Clock,
    work: WorkUnderWay,
  ) {
    work.onStopping(() => this.endAll(() => true));
  }

  /** Resolves when there is a later version, or the time is up. @throws request.too_many, login.expired */
  async wait(user: AuthUser, login: DeviceLogin, { after, seconds, signal }: WaitOptions): Promise<void> {
    if (login.version > after || login.hasEnded || signal.aborted) return;
    if ([...this.waits].filter((other) => other.user.id === user.id).length >= waitsMax) {
      throw new DomainError('request.too_many', {
        message: `No more than ${waitsMax} pages can follow your logins. Close one of them.`,
      });
    }
    await new Promise<void>((resolve, reject) => {
      const wait: Wait = {
        user,
        end: (error) => {
          stopListening();
          cancelTimer();
          this.waits.delete(wait);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const stopListening = login.onChange(() => wait.end());
      const cancelTimer = this.clock.schedule(seconds * 1_000, () => wait.end());
      signal.addEventListener('abort', () => wait.end(), { once: true });
      this.waits.add(wait);
    });
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.endAll(({ user }) => user.loginId === loginId, loginEnded());
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.endAll(({ user }) => user.tokenId === tokenId, loginEnded());
  }

  private endAll(matches: (wait: Wait) => boolean, error?: DomainError): void {
    for (const wait of this.waits) if (matches(wait)) wait.end(error);
  }
}

function loginEnded(): DomainError {
  return new DomainError('login.expired', { message: 'The login or token of this request has ended.' });
}
