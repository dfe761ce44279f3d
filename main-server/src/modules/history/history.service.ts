import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Cursor, Entry } from '@codex-webapp/contracts';
import { Clock, DomainError, Failpoints } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { ServerState } from '../../database/server-state.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { EntriesStore } from './entries.store.ts';
import { GroupCommit, type TailBatch } from './group-commit.ts';
import {
  type AppendEntry,
  type HistoryListener,
  HistoryResetError,
  SessionHistory,
} from './session-history.ts';
import { type NewEntry, newestMark, type StagedEntry } from './staged-entry.ts';

/** Called inside the transaction that stores a container's events, with the newest number among them. */
export type OutboxMarkWriter = (
  manager: EntityManager,
  mark: { readonly sessionId: string; readonly epoch: string; readonly seq: number },
) => Promise<void>;

/** The ordered history of each session; the one place where positions are given. */
@Injectable()
export class HistoryService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(HistoryService.name);
  private readonly histories = new Map<string, SessionHistory>();
  private readonly groupCommit = new GroupCommit((batch) => this.storeTails(batch));
  private readonly markWriters: OutboxMarkWriter[] = [];
  private isStopping = false;
  private msShownToFurther = 0;

  constructor(
    private readonly writeQueue: WriteQueue,
    private readonly store: EntriesStore,
    private readonly state: ServerState,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /** Milliseconds since the start, of all sessions, in which entries were shown to listeners after a session's first. */
  get shownToFurtherMs(): number {
    return this.msShownToFurther;
  }

  /**
   * One transaction: positions are given when `append` is called, entries are shown in order after the commit.
   * A throw rolls everything back and uses no position. Later events of the session wait meanwhile.
   *
   * `findKnown` is asked before, when all that came earlier of the session is committed: what it finds is the result,
   * and nothing is done.
   */
  append<T>(
    sessionId: string,
    work: (manager: EntityManager, append: AppendEntry) => Promise<T> | T,
    findKnown?: () => Promise<T | null>,
  ): Promise<T> {
    const appended = this.history(sessionId).append(async (append, staged) => {
      const known = await findKnown?.();
      if (known !== undefined && known !== null) return known;
      return this.writeQueue.run(async (manager) => {
        const result = await work(manager, append);
        await this.storeBatch(manager, [{ sessionId, entries: staged }]);
        return result;
      });
    });
    return appended.catch((error: unknown) => {
      throw error instanceof HistoryResetError ? toStorageError(error) : error;
    });
  }

  /**
   * Events of a container: in order and shown at once, committed together with those of other sessions.
   * Resolves at the commit; rejects when they were taken back.
   */
  async stream(sessionId: string, entries: readonly NewEntry[]): Promise<void> {
    if (this.isStopping) throw new DomainError('server.stopping', { message: 'The server is restarting.' });
    if (entries.length > 0) await this.history(sessionId).stream(entries);
  }

  /** Looks at what comes next. To show it to somebody, from what there is on, use `open`. */
  watch(sessionId: string, watcher: (entries: readonly Entry[]) => void): () => void {
    return this.history(sessionId).watch(watcher);
  }

  /**
   * Gives `read` a state of the database that stands still, and listens from exactly there on: one order, no gap, no
   * double. The returned function ends the listening.
   */
  open(
    sessionId: string,
    listener: HistoryListener,
    read: (cursor: Cursor) => Promise<void>,
  ): Promise<() => void> {
    return this.history(sessionId).open(listener, read);
  }

  /**
   * What lies between two cursors, without a hole. Null when the first means nothing any more, when more than `limit` is
   * between, or when some of it is no longer kept.
   */
  async between(
    sessionId: string,
    from: Cursor,
    to: Cursor,
    limit: number,
  ): Promise<readonly Entry[] | null> {
    if (from.epoch !== to.epoch || from.position > to.position) return null;
    if (from.position === to.position) return [];
    const count = to.position - from.position;
    if (count > limit) return null;
    const entries = await this.store.since(sessionId, from.position, limit);
    return entries?.length === count ? entries : null;
  }

  /** Resolves when all that was handed over so far is committed or taken back. */
  settled(sessionId: string): Promise<void> {
    return this.history(sessionId).settled();
  }

  /** The committed events of these turns, in order. */
  eventsOfTurns(sessionId: string, turnIds: readonly string[]): Promise<readonly Entry[]> {
    return this.store.ofTurns(sessionId, turnIds);
  }

  /** For the module that keeps how far a container's outbox is stored. */
  onOutboxMark(write: OutboxMarkWriter): void {
    this.markWriters.push(write);
  }

  /** Forgets a deleted session. */
  forget(sessionId: string): void {
    const history = this.histories.get(sessionId);
    if (history?.isIdle === true) this.histories.delete(sessionId);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.groupCommit.drain();
    const hasTakenBack = [...this.histories.values()].some((history) => history.hasReset);
    if (!hasTakenBack) return;
    // Cursors of this run may name positions that were used twice; the next run must not trust them.
    const epoch = randomBytes(8).toString('hex');
    // A full disk is one reason why something was taken back.
    await this.writeQueue.run(
      (manager) => manager.query('UPDATE server_state SET history_epoch = ?', [epoch]),
      { isUrgent: true },
    );
  }

  private history(sessionId: string): SessionHistory {
    const found = this.histories.get(sessionId);
    if (found) return found;
    const history = new SessionHistory(
      sessionId,
      {
        loadPosition: () => this.store.lastPosition(sessionId),
        requestCommit: (asking) => this.groupCommit.request(asking),
        onShownToFurther: (tookMs) => (this.msShownToFurther += tookMs),
      },
      this.state.historyEpoch,
      () => this.clock.now(),
    );
    this.histories.set(sessionId, history);
    return history;
  }

  private async storeTails(batch: readonly TailBatch[]): Promise<void> {
    try {
      await this.writeQueue.run((manager) => this.storeBatch(manager, batch));
    } catch (error) {
      const sessionIds = batch.map(({ sessionId }) => sessionId);
      this.logger.error({ msg: 'Events could not be stored', sessionIds, err: error });
      throw error;
    }
  }

  private async storeBatch(manager: EntityManager, batch: readonly TailBatch[]): Promise<void> {
    await this.failpoints.hit('history.store');
    this.store.insert(manager, batch);
    for (const { sessionId, entries } of batch) await this.writeMark(manager, sessionId, entries);
  }

  private async writeMark(
    manager: EntityManager,
    sessionId: string,
    entries: readonly StagedEntry[],
  ): Promise<void> {
    const mark = newestMark(entries);
    if (!mark) return;
    for (const write of this.markWriters) await write(manager, { sessionId, ...mark });
  }
}

/** What waited behind entries that could not be stored was not tried at all. */
function toStorageError({ cause }: HistoryResetError): DomainError {
  if (cause instanceof DomainError) return cause;
  const message = 'The session could not be stored just now; nothing was changed. Try again.';
  return new DomainError('storage.failed', { message, cause });
}
