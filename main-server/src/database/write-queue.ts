import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { storageFull, type StorageRoom } from './storage-room.ts';
import { batchLimits, type BatchLimits, WriteBatch } from './write-batch.ts';

type Callback = () => void;

export interface WriteOptions {
  /** May use the room that is held back on a full disk; `work` may then run a second time. For what lets a user look. */
  readonly isUrgent?: boolean;
}

interface Job {
  readonly isUrgent: boolean;
  run(runner: QueryRunner): Promise<void>;
  /** The commit it was part of is through. */
  committed(): void;
  /** Nothing of it is stored. */
  failed(error: unknown): void;
}

/**
 * The only way to write. TypeORM gives SQLite one connection, so transactions of concurrent requests would share one
 * another's fate: a stranger's rollback would take an acknowledged row with it. Here they run one after the other.
 * Those that wait for one another share a commit, since the disk takes as long for many as for one.
 */
export class WriteQueue {
  private readonly logger = new Logger(WriteQueue.name);
  private readonly jobs: Job[] = [];
  private running: Promise<void> | null = null;
  private readonly current = new AsyncLocalStorage<{ isOpen: boolean }>();
  private readonly callbacks = new WeakMap<EntityManager, Callback[]>();

  constructor(
    private readonly writer: DataSource,
    private readonly room: StorageRoom,
    private readonly limits: BatchLimits = batchLimits,
  ) {}

  /**
   * Runs `work` after all that were asked for before it, as if in a transaction of its own: a throw rolls everything of
   * `work` back and nothing else. Resolves after the commit, and rejects also when only that fails. Not to be called
   * inside `work`. @throws storage.full
   */
  async run<T>(
    work: (manager: EntityManager) => Promise<T> | T,
    { isUrgent = false }: WriteOptions = {},
  ): Promise<T> {
    if (this.current.getStore()?.isOpen)
      throw new Error('writeQueue.run inside writeQueue.run would wait for itself');
    return new Promise<T>((resolve, reject) => {
      this.jobs.push(this.toJob(work, { isUrgent, resolve, reject }));
      this.running ??= this.work();
    });
  }

  /** Calls `callback` once the transaction of `manager` is committed, and never if it is rolled back. */
  afterCommit(manager: EntityManager, callback: Callback): void {
    const callbacks = this.callbacks.get(manager);
    if (!callbacks) throw new Error('afterCommit needs the manager of writeQueue.run');
    callbacks.push(callback);
  }

  /** Resolves when everything asked for so far is committed or rolled back. */
  async drain(): Promise<void> {
    await this.running;
  }

  private async work(): Promise<void> {
    // Those who ask within one turn of the event loop find one another.
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    while (this.jobs.length > 0) await this.transact(this.nextJobs());
    this.running = null;
  }

  private *nextJobs(): Generator<Job> {
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) yield job;
  }

  /** Commits what fits of `jobs`, then tells each what became of it. */
  private async transact(jobs: Iterable<Job>): Promise<void> {
    const batch = new WriteBatch<Job>(this.writer.createQueryRunner(), this.limits);
    const refused: { readonly job: Job; readonly error: unknown }[] = [];
    for (const job of jobs) {
      try {
        await this.room.admit(job.isUrgent);
        await batch.add(job);
      } catch (error) {
        refused.push({ job, error });
      }
      if (batch.isFull) break;
    }
    const { committed, failed } = await batch.commit();
    for (const job of committed) job.committed();
    for (const { job, error } of refused) job.failed(error);
    const again: Job[] = [];
    for (const { work, error } of failed) {
      const full = this.room.explain(error);
      if (full !== null && work.isUrgent) again.push(work);
      else work.failed(full ?? error);
    }
    const wasAlone = committed.length + failed.length === 1;
    if (again.length > 0) await this.tryAgain(again, { wasAlone });
  }

  /** What is urgent, once more: with the room that was held back, and without those who shared its commit. */
  private async tryAgain(jobs: readonly Job[], { wasAlone }: { readonly wasAlone: boolean }): Promise<void> {
    const hasMoreRoom = (await this.hasReleased()) || !wasAlone;
    for (const job of jobs) {
      if (!hasMoreRoom) {
        job.failed(storageFull());
        continue;
      }
      const batch = new WriteBatch<Job>(this.writer.createQueryRunner(), this.limits);
      await batch.add(job);
      const { failed } = await batch.commit();
      const [failure] = failed;
      if (failure) job.failed(this.room.explain(failure.error) ?? failure.error);
      else job.committed();
    }
  }

  private async hasReleased(): Promise<boolean> {
    try {
      return await this.room.release();
    } catch (error) {
      this.logger.warn({ msg: 'The room held back on the disk could not be used', err: error });
      return false;
    }
  }

  private toJob<T>(
    work: (manager: EntityManager) => Promise<T> | T,
    {
      isUrgent,
      resolve,
      reject,
    }: {
      isUrgent: boolean;
      resolve: (result: T) => void;
      reject: (error: unknown) => void;
    },
  ): Job {
    // What is logged of it belongs to the request that asked, whoever it shares the commit with.
    const inContext = AsyncLocalStorage.snapshot();
    let callbacks: Callback[] = [];
    let result: T;
    const run = async (runner: QueryRunner): Promise<void> => {
      const manager = this.writer.createEntityManager(runner);
      callbacks = [];
      this.callbacks.set(manager, callbacks);
      const store = { isOpen: true };
      try {
        result = await this.current.run(store, () => work(manager));
      } finally {
        store.isOpen = false;
      }
    };
    const committed = (): void => {
      for (const callback of callbacks) this.call(callback);
      resolve(result);
    };
    return {
      isUrgent,
      run: (runner) => inContext(run, runner),
      committed: () => inContext(committed),
      failed: reject,
    };
  }

  /** What is committed stays so, whatever a listener makes of it. */
  private call(callback: Callback): void {
    try {
      callback();
    } catch (error) {
      this.logger.error({ msg: 'A callback after a commit failed', err: error });
    }
  }
}
