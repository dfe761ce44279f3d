import sqlite3 from 'sqlite3';

type Done = (this: unknown, error: Error | null, ...rest: unknown[]) => void;

/** Long ones are inserts of many rows, whose number is another one each time. */
const sqlMaxLength = 3_000;
const statementsMax = 200;
/** Of text and bytes: a kept statement holds its last values until it is used again. */
const valuesMaxLength = 16 * 1024;
/** They run to their end by themselves; anything else is run as it comes. */
const preparable = /^\s*(SELECT|INSERT|UPDATE|DELETE)\b(?![\s\S]*\bRETURNING\b)/i;

interface Prepared {
  readonly statement: sqlite3.Statement;
  /** Who is told when it turns out that it cannot be prepared; null once it is. */
  waiting: Set<Done> | null;
}

/**
 * A connection that keeps its statements. Without, each call is three ways to a thread and back, to prepare, run and
 * finalize, and takes as long as all else that TypeORM does for it.
 */
export class PreparingDatabase extends sqlite3.Database {
  /** The one that was used last is at the end. */
  private readonly prepared = new Map<string, Prepared>();

  override run(sql: string, ...rest: unknown[]): this {
    return this.perform('run', sql, rest) ? this : super.run(sql, ...rest);
  }

  override all(sql: string, ...rest: unknown[]): this {
    return this.perform('all', sql, rest) ? this : super.all(sql, ...rest);
  }

  override close(callback?: (error: Error | null) => void): void {
    for (const { statement } of this.prepared.values()) statement.finalize();
    this.prepared.clear();
    super.close(callback);
  }

  /** False for what is not kept: the caller runs it as it came. */
  private perform(how: 'run' | 'all', sql: string, rest: readonly unknown[]): boolean {
    const done = rest.at(-1);
    if (typeof done !== 'function' || sql.length > sqlMaxLength) return false;
    if (lengthOf(rest) > valuesMaxLength) return false;
    const prepared = this.find(sql) ?? (preparable.test(sql) ? this.create(sql) : null);
    if (prepared === null) return false;
    const { waiting } = prepared;
    waiting?.add(done as Done);
    prepared.statement[how](...rest);
    return true;
  }

  private find(sql: string): Prepared | undefined {
    const found = this.prepared.get(sql);
    if (found === undefined) return undefined;
    this.prepared.delete(sql);
    this.prepared.set(sql, found);
    return found;
  }

  private create(sql: string): Prepared {
    const waiting = new Set<Done>();
    const statement = this.prepare(sql, (error: Error | null) => {
      prepared.waiting = null;
      if (!error) return;
      // sqlite3 forgets the calls of a statement that cannot be prepared.
      if (this.prepared.get(sql) === prepared) this.prepared.delete(sql);
      for (const done of waiting) done.call(statement, error);
    });
    const prepared: Prepared = { statement, waiting };
    this.prepared.set(sql, prepared);
    if (this.prepared.size > statementsMax) this.forgetOldest();
    return prepared;
  }

  private forgetOldest(): void {
    for (const [sql, { statement }] of this.prepared) {
      this.prepared.delete(sql);
      // Takes its turn after the calls that are under way.
      statement.finalize();
      return;
    }
  }
}

/** Of the text and bytes among the values, also of lists of them. */
function lengthOf(values: readonly unknown[]): number {
  let sum = 0;
  for (const value of values) {
    if (typeof value === 'string' || Buffer.isBuffer(value)) sum += value.length;
    else if (Array.isArray(value)) sum += lengthOf(value);
  }
  return sum;
}
