import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StartupError } from '@codex-webapp/nest-kit';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ensurePrivateFile, type DataFolder } from './data-folder.ts';
import { IntegrityCheck } from './integrity-check.ts';
import { migrate, type MigrationReport } from './migrate.ts';
import { ServerState } from './server-state.ts';
import { ServerStateEntity } from './server-state.entity.ts';
import { StorageRoom } from './storage-room.ts';
import { WriteQueue } from './write-queue.ts';

/** `synchronous` 2 is FULL: every commit reaches the disk before it is acknowledged. */
const pragmas = { synchronous: 2, journal_mode: 'wal', foreign_keys: 1 };

/**
 * Two connections to one file. This one reads: `query_only`, and never sees what is not committed. The other belongs to
 * the write queue, so a write beside the queue fails instead of sharing a stranger's transaction.
 */
export class ServerDataSource extends DataSource {
  readonly writeQueue: WriteQueue;
  state: ServerState;
  migrated: MigrationReport;

  private readonly writer: DataSource;
  private readonly room: StorageRoom;
  private readonly integrity: IntegrityCheck;

  constructor(
    options: DataSourceOptions,
    private readonly folder: DataFolder,
    private readonly instanceId: string,
  ) {
    super(options);
    const entities = Array.isArray(options.entities) ? options.entities : [];
    this.writer = new DataSource({
      ...options,
      entities: [...entities, ServerStateEntity],
    });
    this.room = new StorageRoom(String(options.database));
    this.integrity = new IntegrityCheck(String(options.database), folder);
    this.writeQueue = new WriteQueue(this.writer, this.room);
  }

  /** Resolves when the file was read through after a crash: with what is wrong with it, or with null. */
  get whenChecked(): Promise<StartupError | null> {
    return this.integrity.whenDone;
  }

  /** Migrates, checks, and opens both connections. @throws StartupError */
  override async initialize(): Promise<this> {
    const file = String(this.options.database);
    await this.assertNotLost(file);
    const fileMark = await markOf(file);
    try {
      await ensurePrivateFile(file);
      await this.writer.initialize();
      await this.writer.query('PRAGMA synchronous = FULL');
      this.migrated = await migrate(this.writer, file);
      await assertPragmas(this.writer);
      this.state = await ServerState.open(this.writeQueue, this.folder, {
        instanceId: this.instanceId,
        fileMark,
      });
      await this.integrity.begin(this.state);
      await this.room.ensureReserve();
      await super.initialize();
      await this.query('PRAGMA synchronous = FULL');
      await assertPragmas(this);
      await this.query('PRAGMA query_only = ON');
    } catch (error) {
      if (this.isInitialized) await super.destroy();
      if (this.writer.isInitialized) await this.writer.destroy();
      throw translate(error, file);
    }
    return this;
  }

  override async destroy(): Promise<void> {
    await this.integrity.giveUp();
    await this.writeQueue.drain();
    const number = await ServerState.markStopped(this.writeQueue);
    await super.destroy();
    await this.writer.destroy();
    await ServerState.noteStop(this.folder, number, await markOf(String(this.options.database)));
  }

  /** A folder that has had a database does not silently get an empty one. */
  private async assertNotLost(file: string): Promise<void> {
    const marker = 'database-created';
    if (!existsSync(file) && (await this.folder.read(marker)) !== null) {
      throw new StartupError(
        `The database ${file} is gone: restore it, or delete ${this.folder.file(marker)} to begin with an empty one.`,
      );
    }
    await this.folder.write(marker, '');
  }
}

/** Another one after every change of the file, and for every copy of it: no program can set when an inode changed. */
async function markOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return found === null ? 'none' : `${found.ino} ${found.ctimeNs}`;
}

/** SQLite ignores what it cannot do, and says so only to who asks. */
async function assertPragmas(connection: DataSource): Promise<void> {
  for (const [name, wanted] of Object.entries(pragmas)) {
    const [row] = await connection.query(`PRAGMA ${name}`);
    if (row?.[name] === wanted) continue;
    throw new StartupError(
      'The database does not keep what it is told: it needs a local file system that SQLite can use in WAL mode. ' +
        `(${name} is ${row?.[name]})`,
    );
  }
}

/** The file cannot be opened or written; what it holds may be whole. */
const unusableCodes = new Set(['EACCES', 'EISDIR', 'EPERM', 'EROFS', 'SQLITE_CANTOPEN', 'SQLITE_READONLY']);

function translate(error: unknown, file: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return new StartupError(`The database ${file} is damaged: restore a copy of it.`, { cause: error });
  }
  if (typeof code === 'string' && unusableCodes.has(code)) {
    return new StartupError(
      `The database ${file} cannot be used (${code}): it has to be a file that this user may write. Or set DATABASE_PATH to another one.`,
      { cause: error },
    );
  }
  return error;
}
