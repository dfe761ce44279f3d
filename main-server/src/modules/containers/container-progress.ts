import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { ContainerStep } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { isOwned, SessionStateService } from '../session-state/session-state.service.ts';
import { containerEvents, type ContainerProgressed } from './container.events.ts';
import { ContainerRecords } from './container-records.ts';

const intervalMs = 200;

/** What starts do right now. Told at most five times a second; the last word is always told. */
@Injectable()
export class ContainerProgress {
  private readonly steps = new Map<string, readonly ContainerStep[]>();
  private readonly waiting = new Set<string>();

  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  report(sessionId: string, steps: readonly ContainerStep[]): void {
    this.steps.set(sessionId, steps);
    if (this.waiting.has(sessionId)) return;
    this.waiting.add(sessionId);
    this.clock.schedule(intervalMs, () => {
      this.waiting.delete(sessionId);
      // Progress is for looking at: what cannot be read now comes with the next line.
      void this.tell(sessionId).catch(() => undefined);
    });
  }

  /** The start has ended; from here on its row says it all. */
  end(sessionId: string): void {
    this.steps.delete(sessionId);
  }

  /** Null when no start is under way. */
  of(sessionId: string): readonly ContainerStep[] | null {
    return this.steps.get(sessionId) ?? null;
  }

  /** Tells the list of sessions, and what shows one, what is so of a container beside its row. */
  async announce(sessionId: string): Promise<void> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session !== null && container !== null) this.records.announce(session, container);
  }

  /** Tells the pages of a session how its container is, though its row is the same as before. */
  async tell(sessionId: string): Promise<void> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session === null || container === null) return;
    if (!isOwned(session) || session.deletingAt !== null) return;
    const response = this.records.toResponse(session, container);
    const progressed: ContainerProgressed = {
      sessionId,
      container: { ...response, steps: this.of(sessionId) ?? response.steps },
    };
    this.events.emit(containerEvents.progress, progressed);
  }
}
