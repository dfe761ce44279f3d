import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { systemActor } from '../audit/actor.ts';
import { sessionEvents, type SessionChanged, type SessionRemoved } from '../session-state/session.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptsService } from './prompts.service.ts';

/** What the agent is told once it can work again. */
const goOnText = 'continue';
/** The clocks of those who set limits need not be ours. */
const settleMs = 20_000;
/**
 * Between two prompts of ours in one session, at least: an agent that names a time that is past already, and another one
 * each time, would be asked without end.
 */
const leastPauseMs = 15 * 60_000;
/** How long until the next try, when what waits could not be stored. */
const retryMs = 60_000;
/** Timers that run longer than weeks fire at once. */
const longestTimerMs = 24 * 60 * 60_000;

/** The session goes on otherwise by now. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/**
 * Goes on with sessions that wait for a usage limit to reset, where their users want that: by one prompt for each
 * reset, also when this server was killed around it. What is waited for is in the session's row.
 */
@Injectable()
export class LimitResetsService implements OnApplicationBootstrap {
  private readonly logger = new Logger(LimitResetsService.name);
  private readonly timers = new Map<string, { readonly resetsAt: number; readonly cancel: () => void }>();
  /** When it was last gone on with each session; forgotten with this process, and with the session. */
  private readonly lastContinuedAt = new Map<string, number>();

  constructor(
    private readonly sessions: SessionStateService,
    private readonly prompts: PromptsService,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const { id, limitResetsAt } of await this.sessions.listContinuingAfterLimit())
      this.wait(id, limitResetsAt);
  }

  @OnEvent(sessionEvents.changed)
  onChanged({ response }: SessionChanged): void {
    const { id, continuesAfterLimit, limitResetsAt, archivedAt } = response;
    const isWanted = continuesAfterLimit && archivedAt === null && limitResetsAt !== null;
    this.wait(id, isWanted ? Date.parse(limitResetsAt) : null);
  }

  @OnEvent(sessionEvents.removed)
  onRemoved({ sessionId }: SessionRemoved): void {
    this.wait(sessionId, null);
    this.lastContinuedAt.delete(sessionId);
  }

  /** Null: for nothing any more. */
  private wait(sessionId: string, resetsAt: number | null): void {
    const known = this.timers.get(sessionId);
    if ((known?.resetsAt ?? null) === resetsAt) return;
    known?.cancel();
    this.timers.delete(sessionId);
    if (resetsAt === null) return;
    const earliestAt = (this.lastContinuedAt.get(sessionId) ?? -Infinity) + leastPauseMs;
    this.schedule(sessionId, resetsAt, Math.max(resetsAt + settleMs, earliestAt));
  }

  private schedule(sessionId: string, resetsAt: number, at: number): void {
    const delayMs = Math.min(Math.max(0, at - this.clock.now()), longestTimerMs);
    const cancel = this.clock.schedule(delayMs, () => {
      if (this.clock.now() < at) return this.schedule(sessionId, resetsAt, at);
      this.timers.delete(sessionId);
      void this.goOn(sessionId, resetsAt);
    });
    this.timers.set(sessionId, { resetsAt, cancel });
  }

  private async goOn(sessionId: string, resetsAt: number): Promise<void> {
    // The same for the same reset: an agent that is refused again at once is not asked again and again.
    const request = { text: goOnText, clientRequestId: `limit-reset-${resetsAt}` };
    try {
      await this.prompts.queue(systemActor, { id: sessionId }, request, async (manager, append) => {
        const session = await this.sessions.read(manager, sessionId);
        if (!session.continuesAfterLimit || session.limitResetsAt !== resetsAt) throw new OvertakenError();
        append(await this.sessions.patch(manager, sessionId, { limitResetsAt: null }));
      });
      this.lastContinuedAt.set(sessionId, this.clock.now());
    } catch (error) {
      if (error instanceof OvertakenError) return;
      if (error instanceof DomainError) {
        return this.logger.warn({ msg: 'A session does not go on', sessionId, code: error.code });
      }
      this.logger.error({ msg: 'A session could not go on, trying again', sessionId, err: error });
      this.schedule(sessionId, resetsAt, this.clock.now() + retryMs);
    }
  }
}
