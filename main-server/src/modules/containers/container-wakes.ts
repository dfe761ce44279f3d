import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { systemActor } from '../audit/actor.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerEntity } from './container.entity.ts';
import { containerEvents, type ContainerWakeable } from './container.events.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerStarts } from './container-starts.ts';
import { decideWake } from './restart-pauses.ts';

/** Starts containers that something waits for; at once, or after the pause that its ends have earned it. */
@Injectable()
export class ContainerWakes {
  private readonly logger = new Logger(ContainerWakes.name);
  /** Sessions whose pause somebody waits for. */
  private readonly pausing = new Set<string>();

  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly starts: ContainerStarts,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Sees to it that the session's container runs, soon. Returns at once; a failure shows in the session. */
  ensureRunning(sessionId: string): void {
    void this.wake(sessionId).catch((error: unknown) =>
      this.logger.warn({ msg: 'A session could not be woken', sessionId, err: error }),
    );
  }

  /** A container that ends a turn is not one that ends again and again without getting anywhere. */
  async noteProgress(manager: EntityManager, sessionId: string): Promise<void> {
    await manager.update(ContainerEntity, { sessionId }, { endsInARow: 0 });
  }

  private async wake(sessionId: string): Promise<void> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session === null || session.deletingAt !== null || session.archivedAt !== null) return;
    if (this.starts.isStopping) return;
    const now = this.clock.now();
    const wake = decideWake(container, now);
    if (wake.type === 'now') await this.starts.begin(session, systemActor);
    if (wake.type === 'later') this.tellAfterPause(sessionId, wake.at - now);
  }

  /** What waits may be withdrawn until then, so it is asked again. */
  private tellAfterPause(sessionId: string, pauseMs: number): void {
    if (this.pausing.has(sessionId)) return;
    this.pausing.add(sessionId);
    this.clock.schedule(pauseMs, () => {
      this.pausing.delete(sessionId);
      const wakeable: ContainerWakeable = { sessionId };
      this.events.emit(containerEvents.wakeable, wakeable);
    });
  }
}
