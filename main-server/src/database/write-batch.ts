import type { QueryRunner } from 'typeorm';

export interface BatchLimits {
  readonly works: number;
  /** After which no more is taken in. */
  readonly ageMs: number;
}

/** Nobody waits long for a stranger, and no transaction grows without end. */
export const batchLimits: BatchLimits = { works: 100, ageMs: 20 };

export interface BatchOutcome<Work> {
  /** In the order they were added. */
  readonly committed: readonly Work[];
  /** Nothing of these is stored. */
  readonly failed: readonly { readonly work: Work; readonly error: unknown }[];
}

interface Runnable {
  run(runner: QueryRunner): Promise<void>;
}

/**
 * One transaction for many works, each of which fails by itself. The first one has the transaction, and those after it a
 * savepoint each.
 */
export class WriteBatch<Work extends Runnable> {
  private readonly taken: Work[] = [];
  private kept: Work[] = [];
  private failed: { readonly work: Work; readonly error: unknown }[] = [];
  private readonly startedAt = performance.now();
  private isOpen = false;
  private hasSavepoint = false;
  private isLost = false;

  constructor(
    private readonly runner: QueryRunner,
    private readonly limits: BatchLimits,
  ) {}

  get isFull(): boolean {
    const { works, ageMs } = this.limits;
    return this.isLost || this.taken.length >= works || performance.now() - this.startedAt > ageMs;
  }

  /** Runs it inside the transaction. A throw takes back what it wrote, and nothing else. */
  async add(work: Work): Promise<void> {
    this.taken.push(work);
    try {
      await this.begin();
      await work.run(this.runner);
      this.kept.push(work);
    } catch (error) {
      this.failed.push({ work, error });
      await this.takeBack(error);
    }
  }

  /** Nobody may hear of any outcome before: an error too can be about a row that is not committed. */
  async commit(): Promise<BatchOutcome<Work>> {
    try {
      if (this.isOpen) await this.execute('COMMIT');
      this.isOpen = false;
    } catch (error) {
      await this.abandon(error);
    }
    return { committed: this.kept, failed: this.failed };
  }

  private async begin(): Promise<void> {
    if (!this.isOpen) {
      await this.execute('BEGIN');
      this.isOpen = true;
    } else if (this.kept.length > 0) {
      // In one call, since what a statement of SQLite costs is mostly the way to it and back.
      await this.execute(this.hasSavepoint ? 'RELEASE work; SAVEPOINT work' : 'SAVEPOINT work');
      this.hasSavepoint = true;
    }
  }

  private async takeBack(error: unknown): Promise<void> {
    if (this.kept.length === 0) return this.abandon(error);
    try {
      await this.execute('ROLLBACK TO work');
    } catch {
      // SQLite has ended the whole transaction, as it does when the disk is full: there is no savepoint any more.
      this.isLost = true;
      await this.abandon(error);
    }
  }

  /** Nothing of the transaction is stored, so what a work failed by may never have been either. */
  private async abandon(error: unknown): Promise<void> {
    if (this.kept.length > 0) this.failed = this.taken.map((work) => ({ work, error }));
    this.kept = [];
    this.hasSavepoint = false;
    if (!this.isOpen) return;
    this.isOpen = false;
    // Refused only where none is open any more, as on a full disk, where SQLite rolls back by itself.
    await this.execute('ROLLBACK').catch(() => undefined);
  }

  /** Past TypeORM, which counts transactions and would take the next one for a part of one that SQLite has ended. */
  private async execute(sql: string): Promise<void> {
    const connection: { exec(text: string, done: (error: Error | null) => void): void } =
      await this.runner.connect();
    await new Promise<void>((resolve, reject) => {
      connection.exec(sql, (error) => (error ? reject(error) : resolve()));
    });
  }
}
