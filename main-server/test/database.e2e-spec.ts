import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { DataFolder } from '../src/database/data-folder.ts';
import { sqliteOptions } from '../src/database/data-source.ts';
import { IntegrityCheck } from '../src/database/integrity-check.ts';
import { Secrets } from '../src/database/secrets.ts';
import { ServerDataSource } from '../src/database/server-data-source.ts';
import { ServerState } from '../src/database/server-state.ts';
import { createTestApp, type TestUser } from './support/create-test-app.ts';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { waitFor } from './support/wait-for.ts';

const mainServer = path.resolve(import.meta.dirname, '../dist/main.js');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const databaseFile = () => path.join(folder, 'chat.db');

async function openRaw(): Promise<DataSource> {
  return new DataSource({ ...sqliteOptions(databaseFile()), migrations: [] }).initialize();
}

describe('the data folder', () => {
  it('and everything in it is for us alone', async () => {
    {
      await using app = await createTestApp({ folder });
      await app.addUser();
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      const files = await readdir(folder);
      expect(files).toEqual(
        expect.arrayContaining(['chat.db', 'chat.db-wal', 'jwt-secret', 'webapp-secret', 'instance-id']),
      );
      for (const file of files)
        expect([file, (await stat(path.join(folder, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  it('takes one server at a time, and the next one after it', async () => {
    {
      await using app = await createTestApp({ folder });
      await expect(createTestApp({ folder })).rejects.toThrow(/is in use by another server/);
      expect((await app.anonymous().get('/health/ready')).status).toBe(200);
    }
    await using next = await createTestApp({ folder });
    expect((await next.anonymous().get('/health/ready')).status).toBe(200);
  });

  it('is free at once when its server was killed', async () => {
    const script = `
      const sqlite3 = require('sqlite3');
      const db = new sqlite3.Database(process.argv[1]);
      db.exec('BEGIN EXCLUSIVE', (error) => console.log(error ? 'failed' : 'locked'));
      setInterval(() => undefined, 1000);
    `;
    const holder: ChildProcess = spawn(process.execPath, ['-e', script, path.join(folder, 'server.lock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout!, 'data');
    await expect(DataFolder.open(folder)).rejects.toThrow(/is in use by another server/);
    const exited = once(holder, 'exit');
    holder.kill('SIGKILL');
    await exited;
    const opened = await DataFolder.open(folder);
    await opened.onApplicationShutdown();
  });

  it('that is no folder is told in one sentence', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await expect(DataFolder.open(path.join(file, 'data'))).rejects.toThrow(
      /cannot be used \(ENOTDIR\): make it writable/,
    );
  });

  it('keeps the secrets it made', async () => {
    const data = await DataFolder.open(folder);
    const none = { jwtSecret: null, webappSecret: null };
    const made = await Secrets.open(data, none);
    expect(await Secrets.open(data, none)).toEqual(made);
    expect(made.jwtSecret.length).toBeGreaterThanOrEqual(64);
    expect((await Secrets.open(data, { ...none, jwtSecret: 'given' })).jwtSecret).toBe('given');
    await data.onApplicationShutdown();
  });
});

describe('secrets in the environment', () => {
  it.each([
    ['JWT_SECRET', 'your-secret-key-change-in-production', /JWT_SECRET: is a known default/],
    ['CODEX_WEBAPP_SECRET', 'your-encryption-secret', /CODEX_WEBAPP_SECRET: is a known default/],
    ['JWT_SECRET', 'short', /JWT_SECRET: must have at least 32 characters/],
    ['JWT_SECRET', '', /JWT_SECRET: is empty/],
  ])('%s=%s is refused', async (name, value, message) => {
    await expect(createTestApp({ env: { [name]: value } })).rejects.toThrow(message);
  });
});

describe('the database', () => {
  it('has the tables and columns the entities name, with the same nullability and types', async () => {
    await using app = await createTestApp({ folder });
    const source = app.get(DataSource);
    expect(source.entityMetadatas.length).toBeGreaterThanOrEqual(6);
    for (const entity of source.entityMetadatas) {
      const columns = await app.query<{ name: string; notnull: number; pk: number; type: string }>(
        `SELECT name, "notnull", pk, type FROM pragma_table_info(?)`,
        [entity.tableName],
      );
      const actual = columns.map(({ name, type, notnull, pk }) => ({
        name,
        type,
        isNullable: notnull === 0 && pk === 0,
      }));
      const expected = entity.columns.map((column) => ({
        name: column.databaseName,
        type: ['integer', 'boolean'].includes(source.driver.normalizeType(column)) ? 'INTEGER' : 'TEXT',
        isNullable: column.isNullable,
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect({ table: entity.tableName, columns: actual.sort(byName) }).toEqual({
        table: entity.tableName,
        columns: expected.sort(byName),
      });
    }
  });

  it('has an entity for every table, and every entity of the code is registered', async () => {
    await using app = await createTestApp({ folder });
    const source = app.get(DataSource);
    const tables = await app.query<{ name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_index%' AND name <> 'migrations'`,
    );
    const known = new Set([...source.entityMetadatas.map(({ tableName }) => tableName), 'server_state']);
    expect(tables.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
    const named = getMetadataArgsStorage().tables.map(({ name }) => name);
    expect(named.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
  });

  it('reads on a connection that cannot write, and never sees what is not committed', async () => {
    await using app = await createTestApp({ folder });
    const source = app.get(DataSource) as ServerDataSource;
    await expect(source.query(`UPDATE server_state SET instance_id = 'x'`)).rejects.toThrow(/readonly/);
    await source.writeQueue.run(async (manager) => {
      await manager.query(`UPDATE server_state SET instance_id = 'not yet'`);
      expect(await app.query('SELECT instance_id FROM server_state')).not.toEqual([
        { instance_id: 'not yet' },
      ]);
    });
    expect(await app.query('SELECT instance_id FROM server_state')).toEqual([{ instance_id: 'not yet' }]);
  });

  it('refuses to change or delete what stands in the audit trail', async () => {
    await using app = await createTestApp({ folder });
    await app.addToken(await app.addUser());
    const { writeQueue } = app.get(DataSource) as ServerDataSource;
    await expect(
      writeQueue.run((manager) => manager.query(`UPDATE audit_events SET action = 'x'`)),
    ).rejects.toThrow(/never changed/);
    await expect(writeQueue.run((manager) => manager.query('DELETE FROM audit_events'))).rejects.toThrow(
      /never deleted/,
    );
  });

  it('keeps the history epoch over an end in order, and changes it after a crash or a restored copy of it or of the folder', async () => {
    const epochs: string[] = [];
    const start = async () => {
      const app = await createTestApp({ folder });
      epochs.push(app.get(ServerState).historyEpoch);
      return app;
    };
    await (await start())[Symbol.asyncDispose]();
    await copyFile(databaseFile(), path.join(folder, 'copy'));
    await (await start())[Symbol.asyncDispose]();
    expect(epochs[1]).toBe(epochs[0]);
    await copyFile(path.join(folder, 'copy'), databaseFile());
    await (await start())[Symbol.asyncDispose]();
    expect(epochs[2]).not.toBe(epochs[1]);
    await cp(folder, `${folder}-copy`, { recursive: true, preserveTimestamps: true });
    await (await start())[Symbol.asyncDispose]();
    expect(epochs[3]).toBe(epochs[2]);
    await rm(folder, { recursive: true });
    await cp(`${folder}-copy`, folder, { recursive: true, preserveTimestamps: true });
    await rm(`${folder}-copy`, { recursive: true });
    await (await start())[Symbol.asyncDispose]();
    expect(epochs[4]).not.toBe(epochs[3]);
    const raw = await openRaw();
    await raw.query('UPDATE server_state SET stopped_cleanly = 0');
    await raw.destroy();
    await (await start())[Symbol.asyncDispose]();
    expect(epochs[5]).not.toBe(epochs[4]);
  });

  it('of a newer version is refused, and untouched', async () => {
    await (await createTestApp({ folder }))[Symbol.asyncDispose]();
    const raw = await openRaw();
    await raw.query(
      `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`,
    );
    await raw.destroy();
    await expect(createTestApp({ folder })).rejects.toThrow(
      /was written by a newer version \(FromTheFuture9999999999999\)/,
    );
  });

  it('is copied before a migration', async () => {
    await (await createTestApp({ folder }))[Symbol.asyncDispose]();
    const data = await DataFolder.open(folder);
    class AddThing9999999999999 {
      name = 'AddThing9999999999999';
      up = (runner: { query(sql: string): Promise<unknown> }) =>
        runner.query('CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT').then(() => undefined);
      down = () => Promise.resolve();
    }
    const options = sqliteOptions(databaseFile());
    const migrations = [...(options.migrations as unknown[]), AddThing9999999999999] as never;
    const source = await new ServerDataSource(
      { ...options, migrations, entities: [] },
      data,
      'test',
    ).initialize();
    expect(source.migrated.applied).toEqual(['AddThing9999999999999']);
    const copy = source.migrated.copy!;
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const old = await new DataSource({ type: 'sqlite', database: copy }).initialize();
    expect(await old.query(`SELECT name FROM sqlite_master WHERE name IN ('things', 'users')`)).toEqual([
      { name: 'users' },
    ]);
    await old.destroy();
    await source.destroy();
    await data.onApplicationShutdown();
  });

  it('of before the rows of the full-text index were kept still finds, renames and deletes', async () => {
    let ada: TestUser;
    {
      await using app = await createTestApp({ folder });
      ada = await app.addUser();
      await app.addSession(ada, { title: 'Older' });
    }
    const raw = await openRaw();
    await raw.query('DROP TABLE search_index_rows');
    await raw.query(`DELETE FROM migrations WHERE name LIKE 'AddSearchIndexRows%'`);
    await raw.destroy();
    await using app = await createTestApp({ folder });
    const find = async (word: string) =>
      (await app.as(ada).get(`/api/sessions?q=${word}`)).body.sessions as { id: string }[];
    const [session] = await find('older');
    await app.as(ada).patch(`/api/sessions/${session!.id}`, { title: 'Renamed' });
    expect([await find('older'), await find('renamed')]).toEqual([
      [],
      [expect.objectContaining({ id: session!.id })],
    ]);
    await app.as(ada).delete(`/api/sessions/${session!.id}`);
    await waitFor(async () => (await app.query('SELECT 1 FROM search_index')).length === 0);
  });

  it('that is gone stops the start instead of being made anew', async () => {
    await (await createTestApp({ folder }))[Symbol.asyncDispose]();
    await rm(databaseFile());
    await expect(createTestApp({ folder })).rejects.toThrow(/is gone: restore it/);
  });

  it('that is damaged stops the start', async () => {
    await (await createTestApp({ folder }))[Symbol.asyncDispose]();
    await writeFile(databaseFile(), 'this is no database, and long enough to be looked at as one');
    await expect(createTestApp({ folder })).rejects.toThrow(/is damaged: restore a copy/);
  });

  describe('after a crash', () => {
    /** The file as a crash leaves it, with content that fills some hundred pages. */
    async function crashed(): Promise<TestUser> {
      await using app = await createTestApp({ folder });
      const user = await app.addUser();
      const session = await app.addSession(user);
      const { writeQueue } = app.get(DataSource) as ServerDataSource;
      await writeQueue.run((manager) =>
        manager.query(
          `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
           INSERT INTO messages (id, session_id, position, role, author_kind, text, created_at)
           SELECT 'm' || i, ?, i, 'assistant', 'container', hex(randomblob(1000)), 0 FROM n`,
          [session.id],
        ),
      );
      return user;
    }

    async function markCrashed(): Promise<void> {
      const raw = await openRaw();
      await raw.query('UPDATE server_state SET stopped_cleanly = 0');
      await raw.destroy();
    }

    /** Some pages in the middle, among the messages, which nothing reads at a start. */
    async function damage(): Promise<void> {
      const pageBytes = 4096;
      const file = await open(databaseFile(), 'r+');
      await file.write(Buffer.alloc(20 * pageBytes, 0xff), 0, 20 * pageBytes, 150 * pageBytes);
      await file.close();
    }

    /** Until it ends by itself. */
    async function runServer(): Promise<{ readonly code: number | null; readonly output: string }> {
      const ports = { PORT: String(await findFreePort()), CONTAINER_PORT: String(await findFreePort()) };
      const env = { DATABASE_PATH: databaseFile(), WEB_MODE: 'off', CONTAINER_PROVIDER: 'manual', ...ports };
      const program = spawn(process.execPath, [mainServer], { env: { ...process.env, ...env } });
      let output = '';
      for (const stream of [program.stdout, program.stderr])
        stream.on('data', (chunk) => (output += String(chunk)));
      const [code] = (await once(program, 'close')) as [number | null];
      return { code, output };
    }

    const checked = async (folderOfApp: string): Promise<unknown> => {
      await using app = await createTestApp({ folder: folderOfApp });
      return (app.get(DataSource) as ServerDataSource).whenChecked;
    };

    it('one that is whole is served while it is read through, and not read again', async () => {
      await crashed();
      await markCrashed();
      expect(await checked(folder)).toBeNull();
      expect(await readdir(folder)).not.toContain('database-check-due');
    });

    it('a check that was given up is due at the next start', async () => {
      await crashed();
      const data = await DataFolder.open(folder);
      const check = new IntegrityCheck(databaseFile(), data);
      await check.begin({ wasStoppedCleanly: false });
      await check.giveUp();
      await data.onApplicationShutdown();
      expect(await readdir(folder)).toContain('database-check-due');
      expect(await checked(folder)).toBeNull();
      expect(await readdir(folder)).not.toContain('database-check-due');
    });

    it('one that is damaged ends the server, and is served no more until it is whole', async () => {
      await crashed();
      await copyFile(databaseFile(), path.join(folder, 'copy'));
      await markCrashed();
      await damage();
      const told = { code: 1, output: expect.stringMatching(/is damaged: restore a copy of it/) };
      const first = await runServer();
      expect(first).toEqual(told);
      const second = await runServer();
      expect(second).toEqual(told);
      expect(second.output).not.toContain('Codex WebApp is ready');
      await copyFile(path.join(folder, 'copy'), databaseFile());
      expect(await checked(folder)).toBeNull();
      expect(await readdir(folder)).not.toContain('database-check-due');
    });
  });

  it('that cannot be written is told', async () => {
    if (process.getuid?.() === 0) return;
    await chmod(folder, 0o500);
    await expect(createTestApp({ folder })).rejects.toThrow(/cannot be used/);
  });
});
