import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { sqliteOptions } from './data-source.ts';

let folder: string;
let source: DataSource;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'prepared-'));
  source = await new DataSource({
    ...sqliteOptions(path.join(folder, 'a.db')),
    migrations: [],
  }).initialize();
  await source.query('CREATE TABLE rows (name TEXT NOT NULL UNIQUE)');
});

afterEach(async () => {
  await source.destroy();
  await rm(folder, { recursive: true, force: true });
});

const insert = (name: string | null) => source.query('INSERT INTO rows VALUES (?)', [name]);
const count = async () => Number((await source.query('SELECT COUNT(*) AS n FROM rows'))[0].n);

describe('PreparingDatabase', () => {
  it('prepares the same statement once, and gives every call its own rows', async () => {
    const connection = (await source.createQueryRunner().connect()) as { prepare: () => unknown };
    const prepare = jest.spyOn(connection, 'prepare');
    await Promise.all(Array.from({ length: 20 }, (_, index) => insert(`row-${index}`)));
    const found = await Promise.all(
      ['row-3', 'row-4', 'none'].map((name) => source.query('SELECT name FROM rows WHERE name = ?', [name])),
    );
    expect(found).toEqual([[{ name: 'row-3' }], [{ name: 'row-4' }], []]);
    expect(prepare).toHaveBeenCalledTimes(2);
  });

  it('tells each call what was wrong with it, and goes on', async () => {
    await insert('a');
    const results = await Promise.allSettled([insert('a'), insert('b'), insert(null)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(results[0]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT' } });
    await insert('c');
    expect(await count()).toBe(3);
  });

  it('tells every call of a statement that cannot be prepared, and prepares it once it can be', async () => {
    const read = () => source.query('SELECT * FROM later');
    const results = await Promise.allSettled([read(), read()]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { message: /no such table/ } });
    await source.query('CREATE TABLE later (a INTEGER)');
    expect(await read()).toEqual([]);
  });

  it('sees columns that were added since', async () => {
    await insert('a');
    const read = () => source.query('SELECT * FROM rows');
    expect(await read()).toEqual([{ name: 'a' }]);
    await source.query(`ALTER TABLE rows ADD COLUMN more TEXT DEFAULT 'x'`);
    expect(await read()).toEqual([{ name: 'a', more: 'x' }]);
  });

  it('keeps nothing open that a rollback, a drop or the end would wait for', async () => {
    await insert('a');
    await source.query('SELECT * FROM rows');
    await source.query('BEGIN');
    await insert('b');
    await source.query('SELECT * FROM rows');
    await source.query('ROLLBACK');
    expect(await count()).toBe(1);
    await source.query('DROP TABLE rows');
    await source.query('CREATE TABLE rows (name TEXT NOT NULL UNIQUE)');
  });

  it('keeps no statement with large values, which would hold them', async () => {
    const connection = (await source.createQueryRunner().connect()) as { prepare: () => unknown };
    const prepare = jest.spyOn(connection, 'prepare');
    await insert('x'.repeat(20_000));
    expect(prepare).not.toHaveBeenCalled();
    expect(await source.query('SELECT LENGTH(name) AS n FROM rows')).toEqual([{ n: 20_000 }]);
  });

  it('keeps no more statements than it may, and finishes those it lets go', async () => {
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) => source.query(`SELECT ${index} AS n`)),
    );
    expect(results.map(([row]) => row.n)).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });
});
