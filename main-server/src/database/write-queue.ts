import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { StorageRoom } from './storage-room.ts';

type Callback = () => void;

export interface WriteOptions {
  /** May use the room that is held back on a full disk; `work` may then run a second time. For what lets a user look. */
  readonly isUrgent?: boolean;
}

/**
 * The only way to write. TypeORM gives SQLite one connection, so transactions of concurrent requests would share one
 * another's fate: a stranger's rollback would take an acknowledged row with it. Here they run one after the other.
 */
export class WriteQueue {
  private readonly logger = new Logger(WriteQueue.name);
  private tail: Promise<unknown> = Promise.resolve();
  private readonly current = new AsyncLocalStorage<{ isOpen: boolean }>();
  private readonly callbacks = new WeakMap<EntityManager, Callback[]>();

  constructor(
    private readonly writer: DataSource,
    private readonly room: StorageRoom,
  ) {}

  /**
   * Runs `work` in a transaction of its own, after all that were asked for before it. Resolves after the commit;
   * a throw rolls everything of `work` back and nothing else. Not to be called inside `work`.
   * @throws storage.full
   */
  async run<T>(
    work: (manager: EntityManager) => Promise<T>,
    { isUrgent = false }: WriteOptions = {},
  ): Promise<T> {
    if (this.current.getStore()?.isOpen)
      throw new Error('writeQueue.run inside writeQueue.run would wait for itself');
    const result = this.tail.then(() => this.admit(work, isUrgent));
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Calls `callback` once the transaction of `manager` is committed, and never if it is rolled back. */
  afterCommit(manager: EntityManager, callback: Callback): void {
    const callbacks = this.callbacks.get(manager);
    if (!callbacks) throw new Error('afterCommit needs the manager of writeQueue.run');
    callbacks.push(callback);
  }

  /** Resolves when everything asked for so far is committed or rolled back. */
  async drain(): Promise<void> {
    await this.tail;
  }

  private async admit<T>(work: (manager: EntityManager) => Promise<T>, isUrgent: boolean): Promise<T> {
    await this.room.admit(isUrgent);
    try {
      return await this.transact(work);
    } catch (error) {
      const full = this.room.explain(error);
      if (!full) throw error;
      if (!isUrgent || !(await this.room.release())) throw full;
      return this.transact(work);
    }
  }

  private async transact<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const callbacks: Callback[] = [];
    const store = { isOpen: true };
    try {
      const result = await this.current.run(store, () =>
        this.writer.transaction(async (manager) => {
          this.callbacks.set(manager, callbacks);
          return work(manager);
        }),
      );
      store.isOpen = false;
      for (const callback of callbacks) this.call(callback);
      return result;
    } catch (error) {
      await this.endLostTransaction();
      throw error;
    } finally {
      store.isOpen = false;
    }
  }

  /**
   * On a full disk SQLite rolls back by itself, TypeORM's own rollback then fails, and it counts every later transaction
   * as one within the first: they would be told as done and never be committed. So its count is brought back to none.
   */
  private async endLostTransaction(): Promise<void> {
    const runner = this.writer.createQueryRunner();
    if (!runner.isTransactionActive) return;
    // Refused where one is open after all, which the rollback then ends.
    await runner.query('BEGIN').catch(() => undefined);
    await runner.rollbackTransaction();
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
