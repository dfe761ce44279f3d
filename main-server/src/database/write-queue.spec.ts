import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WriteQueue } from './write-queue.ts';

let folder: string;
let source: DataSource;
let queue: WriteQueue;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'write-queue-'));
  source = await new DataSource({
    type: 'sqlite',
    database: path.join(folder, 'a.db'),
    enableWAL: true,
  }).initialize();
  await source.query('CREATE TABLE rows (name TEXT NOT NULL UNIQUE)');
  // However slow the machine is: what waits together is committed together.
  queue = new WriteQueue(source, { works: 100, ageMs: Infinity });
});

afterEach(async () => {
  await source.destroy();
  await rm(folder, { recursive: true, force: true });
});

async function names(): Promise<readonly string[]> {
  const rows: readonly { name: string }[] = await source.query('SELECT name FROM rows ORDER BY rowid');
  return rows.map(({ name }) => name);
}

function insert(name: string): Promise<void> {
  return queue.run(async (manager) => {
    await manager.query('INSERT INTO rows VALUES (?)', [name]);
  });
}

const pause = () => new Promise((resolve) => setImmediate(resolve));

describe('one SQLite connection without a queue', () => {
  it('loses an acknowledged row with the rollback of a stranger: the reason for the queue', async () => {
    const stranger = source.transaction(async (manager) => {
      await manager.query(`INSERT INTO rows VALUES ('stranger')`);
      await pause();
      await pause();
      throw new Error('no');
    });
    await pause();
    await source.query(`INSERT INTO rows VALUES ('acknowledged')`);
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

  it('shares a commit between those that wait for one another', async () => {
    const statements = jest.spyOn(source.createQueryRunner(), 'query');
    await Promise.all(Array.from({ length: 30 }, (_, index) => insert(`row-${index}`)));
    const commits = statements.mock.calls.filter(([sql]) => sql === 'COMMIT');
    expect(commits).toHaveLength(1);
    statements.mockRestore();
  });

  it('gathers no more works into a commit than its limit', async () => {
    queue = new WriteQueue(source, { works: 2, ageMs: Infinity });
    const statements = jest.spyOn(source.createQueryRunner(), 'query');
    await Promise.all(['a', 'b', 'c'].map(insert));
    const commits = statements.mock.calls.filter(([sql]) => sql === 'COMMIT');
    statements.mockRestore();
    expect(commits).toHaveLength(2);
  });

  it('rolls back the one that fails in the middle of a shared commit, and no other', async () => {
    const results = await Promise.allSettled([
      insert('a'),
      queue.run(async (manager) => {
        await manager.query(`INSERT INTO rows VALUES ('half')`);
        throw new Error('no');
      }),
      insert('a'),
      insert('b'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('answers nobody before the shared commit, with a result or an error', async () => {
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

  it('fails all whose shared commit fails, and goes on', async () => {
    const runner = source.createQueryRunner();
    const query = runner.query.bind(runner);
    let failures = 1;
    const statements = jest.spyOn(runner, 'query').mockImplementation((sql, parameters) => {
      if (sql === 'COMMIT' && failures-- > 0) return Promise.reject(new Error('disk full'));
      return query(sql, parameters);
    });
    const results = await Promise.allSettled([insert('a'), insert('b')]);
    await insert('c');
    statements.mockRestore();
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await names()).toEqual(['c']);
  });

  it('says so to all whose transaction SQLite ended by itself, and goes on', async () => {
    const results = await Promise.allSettled([
      insert('a'),
      queue.run(async (manager) => {
        // As SQLite does when the disk is full.
        await manager.query('ROLLBACK');
        throw new Error('disk full');
      }),
      insert('b'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['b']);
  });
});
