import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { DataFolder } from '../src/database/data-folder.ts';
import { sqliteOptions } from '../src/database/data-source.ts';
import { PreparingDatabase } from '../src/database/prepared-statements.ts';
import { ServerDataSource } from '../src/database/server-data-source.ts';
import { createTestApp } from './support/create-test-app.ts';

/** What a commit needs to be there after a loss of power, and rows to be whole. */
const kept = { synchronous: 2, journal_mode: 'wal', foreign_keys: 1 };
type Pragma = keyof typeof kept;
const pragmas = Object.keys(kept) as Pragma[];
const otherwise: Readonly<Record<Pragma, string>> = {
  synchronous: 'NORMAL',
  journal_mode: 'DELETE',
  foreign_keys: 'OFF',
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An SQLite that cannot do what one setting asks for, on the connection of this number. */
function unableTo(pragma: Pragma, connection: number) {
  let connections = 0;
  class UnableDatabase extends PreparingDatabase {
    private readonly isUnable = (connections += 1) === connection;

    override run(sql: string, ...rest: unknown[]): this {
      return super.run(this.changed(sql), ...rest);
    }

    override all(sql: string, ...rest: unknown[]): this {
      return super.all(this.changed(sql), ...rest);
    }

    private changed(sql: string): string {
      const isAsked = this.isUnable && sql.startsWith(`PRAGMA ${pragma} = `);
      return isAsked ? `PRAGMA ${pragma} = ${otherwise[pragma]}` : sql;
    }
  }
  return { verbose: () => ({ ...sqlite3, Database: UnableDatabase }) };
}

async function read(query: (sql: string) => Promise<readonly object[]>): Promise<object> {
  const rows: object[] = [];
  for (const pragma of pragmas) rows.push(...(await query(`PRAGMA ${pragma}`)));
  return Object.assign({}, ...rows) as object;
}

describe('the connections to the database', () => {
  it('of a server that runs keep what they are told: the one that writes and the one that reads', async () => {
    await using app = await createTestApp({ folder });
    const source = app.get(DataSource) as ServerDataSource;
    expect(await source.writeQueue.run((manager) => read((sql) => manager.query(sql)))).toEqual(kept);
    expect(await read((sql) => source.query(sql))).toEqual(kept);
  });

  it.each<[string, Pragma, number]>([
    ...pragmas.map((pragma): [string, Pragma, number] => ['writes', pragma, 1]),
    // The mode of the journal is one for the whole file.
    ['reads', 'synchronous', 2],
    ['reads', 'foreign_keys', 2],
  ])('keep a server from starting when the one that %s cannot do what %s asks', async (_does, pragma, at) => {
    const data = await DataFolder.open(folder);
    const options = { ...sqliteOptions(path.join(folder, 'chat.db')), driver: unableTo(pragma, at) };
    const source = new ServerDataSource({ ...options, entities: [] }, data, 'test');
    await expect(source.initialize()).rejects.toThrow(
      new RegExp(`does not keep what it is told.*\\(${pragma} is `),
    );
    expect(source.isInitialized).toBe(false);
    await data.onApplicationShutdown();
  });
});
