import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { sessionEvents, type SessionRemoved, type SessionUsed } from '../session-state/session.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';

/** Inside a transaction: whether something waits for the session's container or works in it. */
export type BusyCheck = (manager: EntityManager, session: Session) => Promise<boolean>;

/**
 * When sessions were used last. Prompts and turns stand in the session's row; that somebody uses a terminal or a dev
 * server is heard from the front door. Asking for a status, listing and polling are no use of a session.
 */
@Injectable()
export class SessionActivity {
  private readonly notedAt = new Map<string, number>();
  private readonly checks: BusyCheck[] = [];
  /** What was noted before this server began is forgotten, so nothing counts as idle for longer than that. */
  private readonly begunAt: number;

  constructor(
    private readonly sessions: SessionStateService,
    private readonly clock: Clock,
  ) {
    this.begunAt = clock.now();
  }

  /** Somebody did something in its container: a key in a terminal, a request to its dev server. */
  @OnEvent(sessionEvents.used)
  onSessionUsed({ sessionId }: SessionUsed): void {
    this.notedAt.set(sessionId, this.clock.now());
  }

  /** For modules that know of work this one does not. */
  addBusyCheck(check: BusyCheck): void {
    this.checks.push(check);
  }

  /** While it is busy it is not stopped, however long ago it was used. */
  async isBusy(manager: EntityManager, sessionId: string): Promise<boolean> {
    const session = await this.sessions.read(manager, sessionId);
    if (session.isKeptRunning || session.runningTurnId !== null || session.pendingRequests > 0) return true;
    for (const check of this.checks) if (await check(manager, session)) return true;
    return false;
  }

  lastUsedAt(
    session: Pick<Session, 'id' | 'lastActivityAt'>,
    { startedAt }: Pick<Container, 'startedAt'>,
  ): number {
    const notedAt = this.notedAt.get(session.id) ?? 0;
    return Math.max(this.begunAt, session.lastActivityAt, startedAt ?? 0, notedAt);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.notedAt.delete(sessionId);
  }
}
