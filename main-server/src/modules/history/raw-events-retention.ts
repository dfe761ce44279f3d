import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { Clock } from '@codex-webapp/nest-kit';
import { DataSource } from 'typeorm';
import { WriteQueue } from '../../database/write-queue.ts';
import { rawEventsConfig } from './raw-events.config.ts';
import { TurnEventsStore } from './turn-events.store.ts';

/** After a start others have more urgent work. */
const firstRunMs = 60_000;
const everyMs = 60 * 60_000;
/** Of one transaction: a few milliseconds, between which everybody else gets their turn. */
const rowsPerBatch = 500;
const sessionsPerPage = 100;
const turnsPerPage = 100;

/** Which of these turns need their events yet, at a time before which events are old. */
export type ListOpenTurns = (
  sessionId: string,
  turnIds: readonly string[],
  before: number,
) => Promise<readonly string[]>;

/** Deletes the events of turns whose message has stood for them long enough, little by little. */
@Injectable()
export class RawEventsRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RawEventsRetention.name);
  private cancelNext: () => void = () => undefined;
  private running: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  private listOpen: ListOpenTurns = (_sessionId, turnIds) => Promise.resolve(turnIds);

  constructor(
    private readonly dataSource: DataSource,
    private readonly writeQueue: WriteQueue,
    private readonly events: TurnEventsStore,
    private readonly clock: Clock,
    @Inject(rawEventsConfig.KEY) private readonly config: ConfigType<typeof rawEventsConfig>,
  ) {}

  onApplicationBootstrap(): void {
    this.runAfter(firstRunMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.cancelNext();
    await this.running;
  }

  /** Who knows the turns says which of them keep their events. Nothing is deleted before. */
  keepEventsOf(listOpen: ListOpenTurns): void {
    this.listOpen = listOpen;
  }

  /** When the events of a turn that ended then may go; not before there is a message that stands for them. */
  keptUntil(endedAt: number): number {
    return endedAt + this.config.keepMs;
  }

  /** One pass over all sessions. Resolves with the number of events it deleted. */
  async run(): Promise<number> {
    const before = this.clock.now() - this.config.keepMs;
    let removed = 0;
    for (let after = ''; !this.isStopped;) {
      const sessionIds = await this.listSessions(after);
      const last = sessionIds.at(-1);
      if (last === undefined) break;
      for (const sessionId of sessionIds) removed += await this.runSession(sessionId, before);
      after = last;
    }
    return removed;
  }

  private runAfter(delayMs: number): void {
    this.cancelNext = this.clock.schedule(delayMs, () => {
      this.running = this.run()
        .then((removed) => {
          if (removed > 0) this.logger.log({ msg: 'Old events of turns were deleted', removed });
        })
        .catch((error: unknown) => {
          this.logger.error({ msg: 'Old events of turns could not be deleted', err: error });
        })
        .then(() => {
          if (!this.isStopped) this.runAfter(everyMs);
        });
    });
  }

  private async runSession(sessionId: string, before: number): Promise<number> {
    let removed = 0;
    for (let after = ''; !this.isStopped;) {
      const turnIds = await this.events.listTurns(sessionId, after, turnsPerPage);
      const last = turnIds.at(-1);
      if (last === undefined) break;
      const open = new Set(await this.listOpen(sessionId, turnIds, before));
      for (const turnId of turnIds) {
        if (!open.has(turnId)) removed += await this.removeEvents(sessionId, turnId, before);
      }
      after = last;
    }
    return removed;
  }

  private async removeEvents(sessionId: string, turnId: string, before: number): Promise<number> {
    let removed = 0;
    while (!this.isStopped) {
      const count = await this.writeQueue.run((manager) =>
        this.events.remove(manager, { sessionId, turnId }, before, rowsPerBatch),
      );
      removed += count;
      if (count < rowsPerBatch) break;
    }
    return removed;
  }

  private async listSessions(after: string): Promise<readonly string[]> {
    const rows: readonly { id: string }[] = await this.dataSource.query(
      'SELECT id FROM sessions WHERE id > ? ORDER BY id LIMIT ?',
      [after, sessionsPerPage],
    );
    return rows.map(({ id }) => id);
  }
}
