import type { EntityManager, QueryRunner } from 'typeorm';
import { type BufferedRow, type RowInsert, insertRows } from './row-insert.ts';

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
  /** Nothing of these is stored. In the order they were added. */
  readonly failed: readonly { readonly work: Work; readonly error: unknown }[];
}

interface Runnable {
  run(runner: QueryRunner): Promise<void>;
}

/** What a work said is to be inserted, and nobody has asked the database about since. */
interface Buffered<Work> {
  readonly work: Work;
  readonly rows: readonly BufferedRow[];
}

interface Connection {
  exec(text: string, done: (error: Error | null) => void): void;
}

const batches = new WeakMap<QueryRunner, WriteBatch<Runnable>>();

/**
 * Stores a row by the next statement of anybody in this transaction, or at its commit: one statement for those of many
 * works, since what a statement of SQLite costs is mostly the way to it and back. A row that is refused fails its work.
 */
export function bufferRow(manager: EntityManager, insert: RowInsert, values: readonly unknown[]): void {
  const batch = manager.queryRunner && batches.get(manager.queryRunner);
  if (!batch) throw new Error('a buffered row needs the manager of writeQueue.run');
  batch.buffer({ insert, values });
}

/**
 * One transaction for many works, each of which fails by itself. The first one that sends a statement has the
 * transaction, and those after it a savepoint each.
 */
export class WriteBatch<Work extends Runnable> {
  private readonly taken: Work[] = [];
  private readonly errors = new Map<Work, unknown>();
  private readonly runner: QueryRunner;
  private readonly startedAt = performance.now();
  private buffered: Buffered<Work>[] = [];
  /** Of the work that runs. */
  private rows: BufferedRow[] = [];
  /** Resolves when the work that runs may send statements; null before its first one. */
  private begun: Promise<void> | null = null;
  private isOpen = false;
  /** Whether the transaction holds anything of another work than the one that runs. */
  private hasContent = false;
  private hasSavepoint = false;
  private isLost = false;
  private lossError: unknown = null;

  constructor(
    private readonly shared: QueryRunner,
    private readonly limits: BatchLimits,
  ) {
    // TypeORM has one for all of a connection, and asks it for that before each statement.
    this.runner = Object.create(shared) as QueryRunner;
    this.runner.connect = () => this.connect();
    batches.set(this.runner, this);
  }

  get isFull(): boolean {
    const { works, ageMs } = this.limits;
    return this.isLost || this.taken.length >= works || performance.now() - this.startedAt > ageMs;
  }

  buffer(row: BufferedRow): void {
    this.rows.push(row);
  }

  /** Runs it inside the transaction. A throw takes back what it wrote, and nothing else. */
  async add(work: Work): Promise<void> {
    this.taken.push(work);
    this.rows = [];
    this.begun = null;
    try {
      await work.run(this.runner);
      if (this.begun === null) this.keepForLater(work);
      else await this.storeOwn();
    } catch (error) {
      this.errors.set(work, error);
      if (this.begun !== null) await this.takeBack(error);
    }
  }

  /** Nobody may hear of any outcome before: an error too can be about a row that is not committed. */
  async commit(): Promise<BatchOutcome<Work>> {
    try {
      await this.storeBuffered();
      if (this.isOpen) await this.execute('COMMIT');
      this.isOpen = false;
    } catch (error) {
      await this.lose(error);
    }
    return {
      committed: this.taken.filter((work) => !this.errors.has(work)),
      failed: this.taken.flatMap((work) =>
        this.errors.has(work) ? [{ work, error: this.errors.get(work) }] : [],
      ),
    };
  }

  /** Before each statement of a work: everything said before it is there to be read. */
  private async connect(): Promise<unknown> {
    this.begun ??= this.beginWork();
    await this.begun;
    const connection = await this.shared.connect();
    if (this.rows.length > 0) await insertRows(connection, this.rows.splice(0));
    return connection;
  }

  private async beginWork(): Promise<void> {
    await this.storeBuffered();
    // All that shared the transaction has failed, this work with it: it must not be committed by itself after that.
    if (this.isLost) throw this.lossError;
    await this.begin();
  }

  private keepForLater(work: Work): void {
    if (this.rows.length > 0) this.buffered.push({ work, rows: this.rows });
  }

  /** With the statements of the same work: refused later, they would be taken back without those. */
  private async storeOwn(): Promise<void> {
    if (this.rows.length > 0) await insertRows(await this.shared.connect(), this.rows.splice(0));
    this.hasContent = true;
  }

  private async begin(): Promise<void> {
    if (!this.isOpen) {
      await this.execute('BEGIN');
      this.isOpen = true;
      this.hasContent = false;
      this.hasSavepoint = false;
    } else if (this.hasContent) {
      await this.execute(this.hasSavepoint ? 'RELEASE work; SAVEPOINT work' : 'SAVEPOINT work');
      this.hasSavepoint = true;
    }
  }

  /** All in one go. Where that fails, one work after the other, so that it fails alone. */
  private async storeBuffered(): Promise<void> {
    const buffered = this.buffered.splice(0);
    if (buffered.length === 0 || (await this.store(buffered)) === null) return;
    for (const one of buffered) {
      if (this.isLost) return;
      const error = await this.store([one]);
      if (error !== null) this.errors.set(one.work, error);
    }
  }

  /** Null when they are stored, and what was wrong when nothing of them is. */
  private async store(buffered: readonly Buffered<Work>[]): Promise<unknown> {
    try {
      await this.begin();
      const rows = buffered.flatMap((one) => one.rows);
      await insertRows(await this.shared.connect(), rows);
      this.hasContent = true;
      return null;
    } catch (error) {
      await this.takeBack(error);
      return error;
    }
  }

  /** Leaves the transaction as it was before the last `begin`. */
  private async takeBack(error: unknown): Promise<void> {
    if (!this.hasContent) return this.rollBack();
    try {
      await this.execute('ROLLBACK TO work');
    } catch {
      // SQLite has ended the whole transaction, as it does when the disk is full: there is no savepoint any more.
      await this.lose(error);
    }
  }

  /** Nothing of the transaction is stored, so what a work failed by may never have been either. */
  private async lose(error: unknown): Promise<void> {
    this.isLost = true;
    this.lossError = error;
    for (const work of this.taken) this.errors.set(work, error);
    this.buffered = [];
    await this.rollBack();
  }

  private async rollBack(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    // Refused only where none is open any more, as on a full disk, where SQLite rolls back by itself.
    await this.execute('ROLLBACK').catch(() => undefined);
  }

  /** Past TypeORM, which counts transactions and would take the next one for a part of one that SQLite has ended. */
  private async execute(sql: string): Promise<void> {
    const connection: Connection = await this.shared.connect();
    await new Promise<void>((resolve, reject) => {
      connection.exec(sql, (error) => (error ? reject(error) : resolve()));
    });
  }
}
