import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import { ContainerEntity, type Container } from './container.entity.ts';
import { containerEvents, type ContainerWakeable } from './container.events.ts';
import { ContainerRecords } from './container-records.ts';
import type { WakeOptions } from './container-intents.ts';
import { ContainerStarts } from './container-starts.ts';
import { decideWake } from './restart-pauses.ts';

/** Starts containers that something waits for; at once, or after the pause that its ends have earned it. */
@Injectable()
export class ContainerWakes {
  private readonly logger = new Logger(ContainerWakes.name);
  /** Sessions whose pause somebody waits for. */
  private readonly pausing = new Set<string>();
  /** Sessions something waits for that found no room to run in. */
  private readonly roomless = new Set<string>();

  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly starts: ContainerStarts,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /**
   * Sees to it that the session's container runs, soon, unless its user has stopped it and asked for nothing since (see
   * `allowWake`). Returns at once; a failure shows in the session.
   */
  ensureRunning(sessionId: string): void {
    this.wakeLater(sessionId, { givesWay: false });
  }

  /**
   * The same where something outside has ended the container and nobody has stopped or started it since; nobody's session
   * has to give way to it, and starts that somebody waits for go first. What failed is left to who looks at it.
   */
  revive(sessionId: string): void {
    this.wakeLater(sessionId, { givesWay: true });
  }

  /** Whatever waits may start it from the commit on, until its user stops it the next time. */
  async allowWake(manager: EntityManager, sessionId: string): Promise<void> {
    await manager.update(ContainerEntity, { sessionId, mayWake: false }, { mayWake: true });
  }

  /** A container that ends a turn is not one that ends again and again without getting anywhere. */
  async noteProgress(manager: EntityManager, sessionId: string): Promise<void> {
    await manager.update(ContainerEntity, { sessionId }, { endsInARow: 0 });
  }

  /** Those that found no room look again, in the order in which they came. */
  @OnEvent(containerEvents.stopped)
  lookForRoom(): void {
    const waiting = [...this.roomless];
    // Whoever still finds none is put back; what was waited for may be gone.
    this.roomless.clear();
    for (const sessionId of waiting) this.tellWakeable(sessionId);
  }

  private wakeLater(sessionId: string, options: WakeOptions): void {
    void this.wake(sessionId, options).catch((error: unknown) =>
      this.logger.warn({ msg: 'A session could not be woken', sessionId, err: error }),
    );
  }

  private async wake(sessionId: string, { givesWay }: WakeOptions): Promise<void> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session === null || session.deletingAt !== null || session.archivedAt !== null) return;
    if (this.starts.isStopping) return;
    if (container?.mayWake === false) return;
    if (givesWay && !wasEnded(container)) return;
    const now = this.clock.now();
    const wake = decideWake(container, now);
    if (wake.type === 'now') await this.startOrWait(session, container, { givesWay });
    if (wake.type === 'later') this.tellAfterPause(sessionId, wake.at - now);
  }

  private async startOrWait(
    session: Session,
    container: Container | null,
    options: WakeOptions,
  ): Promise<void> {
    try {
      await this.starts.wake(session, options);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'container.limit_reached') throw error;
      this.roomless.add(session.id);
      const reason = `Waits for room: ${error.message} It starts by itself then.`;
      if (container !== null && container.reason !== reason) await this.records.change(session, { reason });
    }
  }

  /** What waits may be withdrawn until then, so it is asked again. */
  private tellAfterPause(sessionId: string, pauseMs: number): void {
    if (this.pausing.has(sessionId)) return;
    this.pausing.add(sessionId);
    this.clock.schedule(pauseMs, () => {
      this.pausing.delete(sessionId);
      this.tellWakeable(sessionId);
    });
  }

  private tellWakeable(sessionId: string): void {
    const wakeable: ContainerWakeable = { sessionId };
    this.events.emit(containerEvents.wakeable, wakeable);
  }
}

/** By something outside: nothing in it went wrong, so that nothing speaks against another start. */
function wasEnded(container: Container | null): boolean {
  return container?.status === 'stopped' && container.endsInARow > 0;
}
