import { Injectable, Logger } from '@nestjs/common';
import type { Entry } from '@codex-webapp/contracts';
import { HistoryService } from '../history/history.service.ts';
import type { NewEntry } from '../history/staged-entry.ts';
import type { Intake } from './outbox-intake.ts';
import { EventRefusedError, TurnEventProjections } from './turn-event-projections.ts';

/** Puts a container's events into its session's history, with what they mean for rows. */
@Injectable()
export class EventIntake {
  private readonly logger = new Logger(EventIntake.name);

  constructor(
    private readonly history: HistoryService,
    private readonly projections: TurnEventProjections,
  ) {}

  /**
   * Milliseconds, without those in which entries are shown to pages after a session's first: how many there are is the
   * users' choice, and broadcasts have a pace of their own.
   */
  now(): number {
    return performance.now() - this.history.shownToFurtherMs;
  }

  /** Whether it changes rows, and so has to be stored before it is shown. */
  isProjected(intake: Intake): boolean {
    return intake.kind === 'event' && this.projections.find(intake.event.type) !== null;
  }

  /** Shown at once; resolves when stored. */
  stream(sessionId: string, intakes: readonly Intake[]): Promise<void> {
    return this.history.stream(sessionId, intakes.map(toNewEntry));
  }

  /** Stored with its meaning, then shown. What is not the session's own is refused and leaves a gap. */
  async project(sessionId: string, intake: Intake): Promise<void> {
    try {
      await this.append(sessionId, intake);
    } catch (error) {
      if (!(error instanceof EventRefusedError)) throw error;
      this.logger.warn({ msg: 'An event of a container was refused', sessionId, reason: error.message });
      const { epoch, seq } = intake.origin;
      const body = { type: 'gap', fromSeq: seq, toSeq: seq, reason: error.message } as const;
      await this.history.stream(sessionId, [{ body, origin: { epoch, seq } }]);
    }
  }

  private append(sessionId: string, intake: Intake): Promise<void> {
    return this.history.append(sessionId, async (manager, append) => {
      const { body, origin } = toNewEntry(intake);
      let entry: Entry | null = null;
      const appendEvent = (): Entry => (entry ??= append(body, origin));
      const project = intake.kind === 'event' ? this.projections.find(intake.event.type) : null;
      if (intake.kind === 'event') await project?.(intake.event, { sessionId, manager, append, appendEvent });
      appendEvent();
    });
  }
}

function toNewEntry(intake: Intake): NewEntry {
  if (intake.kind === 'gap') return { body: intake.gap, origin: intake.origin };
  const { event, origin } = intake;
  return { body: { type: 'turn.event', event }, origin: { turnId: event.turnId, ...origin } };
}
