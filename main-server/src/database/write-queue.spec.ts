import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RowInsert } from './row-insert.ts';
import { type BatchLimits, bufferRow } from './write-batch.ts';
import { StorageRoom } from './storage-room.ts';
import { WriteQueue } from './write-queue.ts';

let folder: string;
let source: DataSource;
let queue: WriteQueue;
let room: StorageRoom;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'write-queue-'));
  source = await new DataSource({
    type: 'sqlite',
    database: path.join(folder, 'a.db'),
    enableWAL: true,
  }).initialize();
  await source.query('CREATE TABLE rows (name TEXT NOT NULL UNIQUE)');
  room = new StorageRoom(String(source.options.database));
  queue = withLimits({});
});

afterEach(async () => {
  await source.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** However slow the machine is: what waits together is committed together. */
function withLimits(limits: Partial<BatchLimits>): WriteQueue {
  return new WriteQueue(source, room, { works: 100, ageMs: Infinity, ...limits });
}

async function names(): Promise<readonly string[]> {
  const rows: readonly { name: string }[] = await source.query('SELECT name FROM rows ORDER BY rowid');
  return rows.map(({ name }) => name);
}

function insert(name: string): Promise<void> {
  return queue.run(async (manager) => {
    await manager.query('INSERT INTO rows VALUES (?)', [name]);
  });
}

/** Every transaction statement on its way to SQLite; `answer` may fail it instead. */
async function interceptTransactions(
  answer: (sql: string) => Error | null = () => null,
): Promise<{ readonly seen: string[]; restore(): void }> {
  const connection = (await source.createQueryRunner().connect()) as {
    exec(sql: string, done: (error: Error | null) => void): void;
  };
  const exec = connection.exec.bind(connection);
  const seen: string[] = [];
  const spy = jest.spyOn(connection, 'exec').mockImplementation((sql, done) => {
    seen.push(sql);
    const error = answer(sql);
    if (error) done(error);
    else exec(sql, done);
  });
  return { seen, restore: () => spy.mockRestore() };
}

function diskFull(): Error {
  return Object.assign(new Error('SQLITE_FULL: database or disk is full'), { code: 'SQLITE_FULL' });
}

/** What another process reads in a copy of the files, as a kill would leave them. */
async function namesInCopy(name: string): Promise<readonly string[]> {
  const copy = path.join(folder, name);
  for (const suffix of ['', '-wal']) await cp(path.join(folder, `a.db${suffix}`), `${copy}${suffix}`);
  const other = await new DataSource({ type: 'sqlite', database: copy }).initialize();
  const rows: readonly { name: string }[] = await other.query('SELECT name FROM rows ORDER BY rowid');
  await other.destroy();
  return rows.map((row) => row.name);
}

const pause = () => new Promise((resolve) => setImmediate(resolve));

describe('one SQLite connection without a queue', () => {
  it('loses an acknowledged row with the rollback of a stranger: the reason for the queue', async () => {
    let acknowledge = (): void => undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    const stranger = source.transaction(async (manager) => {
      await manager.query(`INSERT INTO rows VALUES ('stranger')`);
      await source.query(`INSERT INTO rows VALUES ('acknowledged')`);
      acknowledge();
      await pause();
      throw new Error('no');
    });
    await acknowledged;
    await expect(stranger).rejects.toThrow('no');
    expect(await names()).toEqual([]);
  });
});

describe('WriteQueue', () => {
  it('rolls back the one that fails and keeps the one beside it', async () => {
    const a = queue.run(async (manager) => {
      await manager.query(`INSERT INTO rows VALUES ('a')`);
      await pause();
      await pause();
      throw new Error('a fails');
    });
    const b = insert('b');
    await expect(a).rejects.toThrow('a fails');
    await b;
    expect(await names()).toEqual(['b']);
  });

  it('commits 30 concurrent transactions in the order they were asked for', async () => {
    const expected = Array.from({ length: 30 }, (_, index) => `row-${index}`);
    await Promise.all(expected.map(insert));
    expect(await names()).toEqual(expected);
  });

  it('goes on after a constraint was hurt', async () => {
    await insert('a');
    await expect(insert('a')).rejects.toThrow(/UNIQUE/);
    await insert('b');
    expect(await names()).toEqual(['a', 'b']);
  });

  it('refuses a transaction inside a transaction, which would wait for itself', async () => {
    await expect(queue.run(() => insert('inner'))).rejects.toThrow(/wait for itself/);
    await insert('next');
    expect(await names()).toEqual(['next']);
  });

  it('calls back after the commit, and never after a rollback', async () => {
    const calls: string[] = [];
    await queue.run(async (manager) => {
      queue.afterCommit(manager, () => calls.push('committed'));
      await manager.query(`INSERT INTO rows VALUES ('a')`);
      calls.push('written');
    });
    await expect(
      queue.run(async (manager) => {
        queue.afterCommit(manager, () => calls.push('rolled back'));
        await pause();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(calls).toEqual(['written', 'committed']);
  });

  it('lets a callback write, and does not fail with it', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    let later: Promise<void> | undefined;
    await queue.run(async (manager) => {
      queue.afterCommit(manager, () => {
        later = insert('later');
        throw new Error('a listener');
      });
      await manager.query(`INSERT INTO rows VALUES ('first')`);
    });
    await later;
    expect(await names()).toEqual(['first', 'later']);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  it('commits what comes after a transaction that SQLite ended by itself, as on a full disk', async () => {
    const ended = queue.run(async (manager) => {
      await manager.query('ROLLBACK');
      throw new Error('the disk is full');
    });
    await expect(ended).rejects.toThrow('the disk is full');
    const failed = queue.run(() => Promise.reject(new Error('still full')));
    await expect(failed).rejects.toThrow('still full');
    await queue.run((manager) => manager.query(`CREATE TABLE later (id INTEGER)`));
    const other = await new DataSource({
      type: 'sqlite',
      database: String(source.options.database),
    }).initialize();
    const tables = await other.query(`SELECT name FROM sqlite_master WHERE name = 'later'`);
    await other.destroy();
    expect(tables).toEqual([{ name: 'later' }]);
  });
});

describe('a shared commit', () => {
  const commitsOf = (seen: readonly string[]) => seen.filter((sql) => sql === 'COMMIT').length;
  const statusesOf = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.map(({ status }) => status);

  it('is one for all that wait for one another', async () => {
    const { seen, restore } = await interceptTransactions();
    await Promise.all(Array.from({ length: 30 }, (_, index) => insert(`row-${index}`)));
    restore();
    expect(commitsOf(seen)).toBe(1);
  });

  it('has no more works than its limit', async () => {
    queue = withLimits({ works: 2 });
    const { seen, restore } = await interceptTransactions();
    await Promise.all(['a', 'b', 'c'].map(insert));
    restore();
    expect(commitsOf(seen)).toBe(2);
  });

  it('takes in no more once it is old', async () => {
    queue = withLimits({ ageMs: 0 });
    const { seen, restore } = await interceptTransactions();
    await Promise.all(['a', 'b', 'c'].map(insert));
    restore();
    expect(commitsOf(seen)).toBe(3);
  });

  it('rolls back the one that fails in its middle, and no other', async () => {
    const half = (name: string) =>
      queue.run(async (manager) => {
        await manager.query('INSERT INTO rows VALUES (?)', [name]);
        throw new Error('no');
      });
    const results = await Promise.allSettled([
      half('first'),
      insert('a'),
      half('second'),
      half('third'),
      insert('a'),
      insert('b'),
    ]);
    expect(statusesOf(results)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('answers nobody before it, with a result or an error', async () => {
    const reader = await new DataSource({
      type: 'sqlite',
      database: String(source.options.database),
    }).initialize();
    const count = async () => Number((await reader.query('SELECT COUNT(*) AS n FROM rows'))[0].n);
    const seen = await Promise.all([
      insert('a').then(count),
      insert('b').then(count),
      insert('a').catch(count),
      insert('c').then(count),
    ]);
    await reader.destroy();
    expect(seen).toEqual([3, 3, 3, 3]);
  });

  it('calls back in the order of the works, each before its own result is known', async () => {
    const calls: string[] = [];
    const noted = async (name: string) => {
      await queue.run(async (manager) => {
        queue.afterCommit(manager, () => calls.push(`${name} called back`));
        await manager.query('INSERT INTO rows VALUES (?)', [name]);
        calls.push(`${name} written`);
      });
      calls.push(`${name} told`);
    };
    await Promise.all(['a', 'b'].map(noted));
    const inOrder = ['a written', 'b written', 'a called back', 'b called back'];
    expect(calls.filter((call) => !call.endsWith('told'))).toEqual(inOrder);
    expect(calls.indexOf('a told')).toBeGreaterThan(calls.indexOf('a called back'));
  });

  it('has told nobody anything, and stored nothing, when the process dies before it', async () => {
    const told: string[] = [];
    let atTheEnd: Promise<readonly string[]> | undefined;
    const { restore } = await interceptTransactions((sql) => {
      if (sql !== 'COMMIT') return null;
      expect(told).toEqual([]);
      atTheEnd = namesInCopy('killed.db');
      return new Error('killed');
    });
    const work = (name: string) =>
      queue.run(async (manager) => {
        queue.afterCommit(manager, () => told.push(`${name} called back`));
        await manager.query('INSERT INTO rows VALUES (?)', [name]);
      });
    const results = await Promise.allSettled(
      ['a', 'b'].map((name) => work(name).then(() => told.push(name))),
    );
    restore();
    expect(await atTheEnd).toEqual([]);
    expect(told).toEqual([]);
    expect(statusesOf(results)).toEqual(['rejected', 'rejected']);
    await insert('c');
    expect(await namesInCopy('later.db')).toEqual(['c']);
  });

  it('fails all of it when it fails, and the next one is whole', async () => {
    let failures = 1;
    const { restore } = await interceptTransactions((sql) =>
      sql === 'COMMIT' && failures-- > 0 ? new Error('I/O error') : null,
    );
    const results = await Promise.allSettled([insert('a'), insert('b')]);
    await insert('c');
    restore();
    expect(statusesOf(results)).toEqual(['rejected', 'rejected']);
    expect(await names()).toEqual(['c']);
  });

  it('tells nobody of a row that was not committed', async () => {
    const { restore } = await interceptTransactions((sql) =>
      sql === 'COMMIT' ? new Error('I/O error') : null,
    );
    const [, twice] = await Promise.allSettled([insert('a'), insert('a')]);
    restore();
    expect(twice).toMatchObject({ status: 'rejected', reason: { message: 'I/O error' } });
  });
});

describe('buffered rows', () => {
  const intoRows: RowInsert = { table: 'rows', columns: ['name'] };
  const statusesOf = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.map(({ status }) => status);

  function buffer(name: string): Promise<void> {
    return queue.run((manager) => bufferRow(manager, intoRows, [name]));
  }

  /** Every other statement than those that begin and end transactions. */
  async function watchStatements(): Promise<{ readonly seen: string[]; restore(): void }> {
    const connection = (await source.createQueryRunner().connect()) as {
      run(sql: string, ...rest: unknown[]): unknown;
    };
    const run = connection.run.bind(connection);
    const seen: string[] = [];
    const spy = jest.spyOn(connection, 'run').mockImplementation((sql, ...rest) => {
      seen.push(sql);
      return run(sql, ...rest);
    });
    return { seen, restore: () => spy.mockRestore() };
  }

  it('are stored by one statement for all works that wait for one another, in their order', async () => {
    const expected = Array.from({ length: 30 }, (_, index) => `row-${index}`);
    const { seen, restore } = await watchStatements();
    await Promise.all(expected.map(buffer));
    restore();
    expect(seen).toHaveLength(1);
    expect(await names()).toEqual(expected);
  });

  it('are there for the next statement of anybody, the work itself included', async () => {
    const read: (readonly string[])[] = [];
    const reading = (name: string) =>
      queue.run(async (manager) => {
        bufferRow(manager, intoRows, [name]);
        const rows: readonly { name: string }[] = await manager.query('SELECT name FROM rows ORDER BY rowid');
        read.push(rows.map((row) => row.name));
        bufferRow(manager, intoRows, [`${name} later`]);
      });
    await Promise.all([buffer('a'), reading('b'), reading('c')]);
    expect(read).toEqual([
      ['a', 'b'],
      ['a', 'b', 'b later', 'c'],
    ]);
    expect(await names()).toEqual(['a', 'b', 'b later', 'c', 'c later']);
  });

  it('fail their own work alone when they are refused', async () => {
    const results = await Promise.allSettled([
      buffer('a'),
      buffer('a'),
      insert('b'),
      buffer('b'),
      buffer('c'),
      insert('c'),
    ]);
    expect(statusesOf(results)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('are stored whole or not at all, whichever of them is refused', async () => {
    await source.query('CREATE TABLE others (name TEXT NOT NULL UNIQUE)');
    const intoOthers: RowInsert = { table: 'others', columns: ['name'] };
    const both = (name: string, other: string) =>
      queue.run((manager) => {
        bufferRow(manager, intoRows, [name]);
        bufferRow(manager, intoOthers, [other]);
      });
    const results = await Promise.allSettled([both('a', 'x'), both('b', 'x'), both('c', 'y')]);
    expect(statusesOf(results)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['a', 'c']);
    expect(await source.query('SELECT name FROM others ORDER BY rowid')).toEqual([
      { name: 'x' },
      { name: 'y' },
    ]);
  });

  it('take the statements of their work back with them when they are refused', async () => {
    const both = (statement: string, row: string) =>
      queue.run(async (manager) => {
        await manager.query('INSERT INTO rows VALUES (?)', [statement]);
        bufferRow(manager, intoRows, [row]);
      });
    const results = await Promise.allSettled([both('a', 'b'), both('c', 'b'), insert('d')]);
    expect(statusesOf(results)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b', 'd']);
  });

  it('leave nothing of a work that is told as failed when SQLite ends the transaction over them', async () => {
    const { restore } = await interceptTransactions((sql) =>
      sql === 'ROLLBACK TO work' ? new Error('no such savepoint: work') : null,
    );
    const results = await Promise.allSettled([insert('a'), buffer('a'), insert('c')]);
    restore();
    expect(statusesOf(results)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await names()).toEqual([]);
    await insert('d');
    expect(await names()).toEqual(['d']);
  });

  it('of a work that throws are forgotten', async () => {
    const throwing = queue.run((manager) => {
      bufferRow(manager, intoRows, ['no']);
      throw new Error('no');
    });
    await Promise.allSettled([buffer('a'), throwing, insert('b')]);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('are refused outside of a transaction', () => {
    expect(() => bufferRow(source.manager, intoRows, ['a'])).toThrow(/needs the manager/);
  });
});

describe('a disk that is full', () => {
  const isFull = { code: 'storage.full' };
  let calls: string[];

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    calls = [];
    await room.ensureReserve();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function urgent(name: string): Promise<void> {
    return queue.run(
      async (manager) => {
        queue.afterCommit(manager, () => calls.push(name));
        await manager.query('INSERT INTO rows VALUES (?)', [name]);
      },
      { isUrgent: true },
    );
  }

  it('fails every work of the commit that failed, but those that may use the room held back', async () => {
    let failures = 1;
    const { seen, restore } = await interceptTransactions((sql) =>
      sql === 'COMMIT' && failures-- > 0 ? diskFull() : null,
    );
    const [a, login, b, other] = await Promise.allSettled([
      insert('a'),
      urgent('login'),
      insert('b'),
      urgent('other'),
    ]);
    restore();
    expect(a).toMatchObject({ status: 'rejected', reason: isFull });
    expect(b).toMatchObject({ status: 'rejected', reason: isFull });
    expect([login?.status, other?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(calls).toEqual(['login', 'other']);
    expect(await names()).toEqual(['login', 'other']);
    expect(seen.filter((sql) => sql === 'COMMIT').length).toBe(3);
  });

  it('tries what is urgent again in the order it was asked for', async () => {
    let failures = 1;
    const endsTransaction = () =>
      queue.run(
        async (manager) => {
          queue.afterCommit(manager, () => calls.push('second'));
          if (failures-- <= 0) return;
          await manager.query('ROLLBACK');
          throw diskFull();
        },
        { isUrgent: true },
      );
    await Promise.all([urgent('first'), endsTransaction()]);
    expect(calls).toEqual(['first', 'second']);
  });

  it('fails every work of a transaction that SQLite ended in the middle of it', async () => {
    const [a, ended, login, b] = await Promise.allSettled([
      insert('a'),
      queue.run(async (manager) => {
        await manager.query('ROLLBACK');
        throw diskFull();
      }),
      urgent('login'),
      insert('b'),
    ]);
    expect(a).toMatchObject({ status: 'rejected', reason: isFull });
    expect(ended).toMatchObject({ status: 'rejected', reason: isFull });
    expect(login?.status).toBe('fulfilled');
    // There is room, so what came after it is admitted.
    expect(b?.status).toBe('fulfilled');
    expect(await names()).toEqual(['login', 'b']);
  });

  it('fails one work alone where only its own savepoint was rolled back', async () => {
    const [a, full, b] = await Promise.allSettled([
      insert('a'),
      queue.run(async (manager) => {
        await manager.query(`INSERT INTO rows VALUES ('full')`);
        throw diskFull();
      }),
      insert('b'),
    ]);
    expect(full).toMatchObject({ status: 'rejected', reason: isFull });
    expect([a?.status, b?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b']);
  });
});
