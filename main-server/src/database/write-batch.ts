import type { QueryRunner } from 'typeorm';

export interface BatchedWork {
  /** Runs inside the transaction that is open. A throw rolls back what it wrote, and nothing else. */
  run(runner: QueryRunner): Promise<void>;
  /** The commit that it was part of is through. */
  committed(): void;
  /** Nothing of it is stored. */
  failed(error: unknown): void;
}

export interface BatchLimits {
  readonly works: number;
  /** After which no more is taken in. */
  readonly ageMs: number;
}

/** Nobody waits long for a stranger, and no transaction grows without end. */
export const batchLimits: BatchLimits = { works: 100, ageMs: 20 };

/**
 * One transaction for many works. Each has a savepoint, so that it fails by itself; nobody hears of a result before
 * the commit, also not of a failure, which may be about a row that is not committed.
 */
export class WriteBatch {
  private readonly kept: BatchedWork[] = [];
  private readonly refused: { readonly work: BatchedWork; readonly error: unknown }[] = [];
  private readonly startedAt = performance.now();
  private isOpen = false;

  constructor(
    private readonly runner: QueryRunner,
    private readonly limits: BatchLimits,
  ) {}

  get isFull(): boolean {
    const { works, ageMs } = this.limits;
    return this.kept.length + this.refused.length >= works || performance.now() - this.startedAt > ageMs;
  }

  async add(work: BatchedWork): Promise<void> {
    try {
      await this.open();
      await this.runner.query('SAVEPOINT work');
      await work.run(this.runner);
      await this.runner.query('RELEASE work');
      this.kept.push(work);
    } catch (error) {
      this.refused.push({ work, error });
      await this.undo(error);
    }
  }

  async commit(): Promise<void> {
    try {
      if (this.isOpen) await this.runner.query('COMMIT');
      this.isOpen = false;
    } catch (error) {
      await this.abandon(error);
    }
    for (const work of this.kept) work.committed();
    for (const { work, error } of this.refused) work.failed(error);
  }

  private async open(): Promise<void> {
    if (this.isOpen) return;
    await this.runner.query('BEGIN');
    this.isOpen = true;
  }

  private async undo(error: unknown): Promise<void> {
    if (!this.isOpen) return;
    try {
      await this.runner.query('ROLLBACK TO work');
      await this.runner.query('RELEASE work');
    } catch {
      // SQLite has ended the whole transaction, as it does when the disk is full: there is no savepoint any more.
      await this.abandon(error);
    }
  }

  /** Nothing of the transaction is stored. */
  private async abandon(error: unknown): Promise<void> {
    for (const work of this.kept.splice(0)) this.refused.push({ work, error });
    this.isOpen = false;
    try {
      await this.runner.query('ROLLBACK');
    } catch {
      // SQLite had rolled it back by itself already.
    }
  }
}
