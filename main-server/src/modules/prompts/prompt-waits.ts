import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntryBody, PromptOutcomeResponse } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WorkUnderWay } from '../../common/work-under-way.ts';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import { HistoryService } from '../history/history.service.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';
import { sessionNotFound } from '../session-state/session-state.service.ts';
import { PromptOutcomes } from './prompt-outcomes.ts';

export interface PromptWaitOptions {
  /** Undefined: not at all. */
  readonly seconds: number | undefined;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** Requests of one user that wait at the same time. */
const waitsMax = 50;

/** Requests that wait for the end of a turn. */
@Injectable()
export class PromptWaits {
  private readonly waits = new Set<Wait>();

  constructor(
    private readonly outcomes: PromptOutcomes,
    private readonly history: HistoryService,
    private readonly clock: Clock,
    work: WorkUnderWay,
  ) {
    work.onStopping(() => this.endAll(() => true, serverStopping));
  }

  /**
   * Resolves when the prompt is answered or removed, when its agent asks something, or when the time is up.
   * @throws prompt.not_found, request.too_many, and what ends the wait: server.stopping, login.expired, session.not_found
   */
  async wait(
    user: AuthUser,
    sessionId: string,
    promptId: string,
    { seconds, signal }: PromptWaitOptions,
  ): Promise<PromptOutcomeResponse> {
    if (seconds === undefined) return this.outcomes.get(sessionId, promptId);
    const wait = this.begin(user, sessionId);
    const cancelTimer = this.clock.schedule(seconds * 1_000, () => wait.timeIsUp());
    signal.addEventListener('abort', () => wait.timeIsUp(), { once: true });
    const stopListening = this.history.watch(sessionId, (entries) => {
      if (entries.some(({ body }) => canEndWait(body))) wait.wakeUp();
    });
    try {
      for (;;) {
        const change = wait.nextChange();
        const outcome = await this.outcomes.get(sessionId, promptId);
        wait.throwIfEnded();
        if (isOver(outcome) || wait.isTimeUp) return outcome;
        await change;
        wait.throwIfEnded();
      }
    } finally {
      stopListening();
      cancelTimer();
      this.waits.delete(wait);
    }
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.endAll(({ user }) => user.loginId === loginId, loginEnded);
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.endAll(({ user }) => user.tokenId === tokenId, loginEnded);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.endAll((wait) => wait.sessionId === sessionId, sessionNotFound);
  }

  private begin(user: AuthUser, sessionId: string): Wait {
    const own = [...this.waits].filter((other) => other.user.id === user.id);
    if (own.length >= waitsMax) {
      throw new DomainError('request.too_many', {
        message: `No more than ${waitsMax} requests can wait at the same time. Let one of them end first.`,
      });
    }
    const wait = new Wait(user, sessionId);
    this.waits.add(wait);
    return wait;
  }

  private endAll(matches: (wait: Wait) => boolean, why: () => DomainError): void {
    for (const wait of this.waits) if (matches(wait)) wait.end(why());
  }
}

class Wait {
  isTimeUp = false;
  private error: DomainError | null = null;
  private resolve: () => void = () => undefined;

  constructor(
    readonly user: AuthUser,
    readonly sessionId: string,
  ) {}

  /** Ask for it before the look that may find nothing. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => (this.resolve = resolve));
  }

  wakeUp(): void {
    this.resolve();
  }

  timeIsUp(): void {
    this.isTimeUp = true;
    this.resolve();
  }

  end(error: DomainError): void {
    this.error = error;
    this.resolve();
  }

  throwIfEnded(): void {
    if (this.error) throw this.error;
  }
}

function canEndWait({ type }: EntryBody): boolean {
  return type === 'prompt.changed' || type === 'message.stored' || type === 'agent_request.changed';
}

/** A prompt whose turn has ended is not over before the message that keeps what was said. */
function isOver({ status, message, requests }: PromptOutcomeResponse): boolean {
  return status === 'removed' || message !== null || requests.length > 0;
}

function serverStopping(): DomainError {
  return new DomainError('server.stopping', {
    message: 'The server is restarting. The prompt is kept: ask for it again in a moment.',
  });
}

function loginEnded(): DomainError {
  return new DomainError('login.expired', { message: 'The login or token of this request has ended.' });
}
