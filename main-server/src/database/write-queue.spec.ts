import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StorageRoom } from './storage-room.ts';
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
  queue = new WriteQueue(source, new StorageRoom(String(source.options.database)));
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
