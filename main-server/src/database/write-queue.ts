import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { type BatchedWork, batchLimits, type BatchLimits, WriteBatch } from './write-batch.ts';

type Callback = () => void;
type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * The only way to write. TypeORM gives SQLite one connection, so transactions of concurrent requests would share one
 * another's fate: a stranger's rollback would take an acknowledged row with it. Here they run one after the other.
 * Those that wait for one another share a commit, since the disk takes as long for many as for one.
 */
export class WriteQueue {
  private readonly logger = new Logger(WriteQueue.name);
  private readonly jobs: BatchedWork[] = [];
  private running: Promise<void> | null = null;
  private readonly current = new AsyncLocalStorage<{ isOpen: boolean }>();
  private readonly callbacks = new WeakMap<EntityManager, Callback[]>();

  constructor(
    private readonly writer: DataSource,
    private readonly limits: BatchLimits = batchLimits,
  ) {}

  /**
   * Runs `work` after all that were asked for before it, as if in a transaction of its own: a throw rolls everything
   * of `work` back and nothing else. Resolves after the commit, and rejects also when only that fails. Not to be
   * called inside `work`.
   */
  async run<T>(work: Work<T>): Promise<T> {
    if (this.current.getStore()?.isOpen)
      throw new Error('writeQueue.run inside writeQueue.run would wait for itself');
    return new Promise<T>((resolve, reject) => {
      this.jobs.push(this.toJob(work, resolve, reject));
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
    // The callers of one turn of the event loop find one another.
    await Promise.resolve();
    while (this.jobs.length > 0) {
      const batch = new WriteBatch(this.writer.createQueryRunner(), this.limits);
      for (let job = this.jobs.shift(); job; job = batch.isFull ? undefined : this.jobs.shift()) {
        await batch.add(job);
      }
      await batch.commit();
    }
    this.running = null;
  }

  private toJob<T>(
    work: Work<T>,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ): BatchedWork {
    const callbacks: Callback[] = [];
    let result: T;
    return {
      run: async (runner) => {
        const manager = this.writer.createEntityManager(runner);
        this.callbacks.set(manager, callbacks);
        const store = { isOpen: true };
        try {
          result = await this.current.run(store, () => work(manager));
        } finally {
          store.isOpen = false;
        }
      },
      committed: () => {
        for (const callback of callbacks) this.call(callback);
        resolve(result);
      },
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
