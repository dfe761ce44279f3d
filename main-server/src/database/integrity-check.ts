import { Logger } from '@nestjs/common';
import { StartupError } from '@codex-webapp/nest-kit';
import sqlite3 from 'sqlite3';
import type { DataFolder } from './data-folder.ts';

const dueFile = 'database-check-due';
/** Beside the server, which is not kept waiting; or before it serves, since damage was found. */
type Due = 'beside' | 'before';

/**
 * Whether the file of the database is whole. Reading all of it takes seconds per gigabyte, so after a crash that happens
 * while the server works already; only what was found damaged once has to be found whole before anything is served.
 */
export class IntegrityCheck {
  private readonly logger = new Logger(IntegrityCheck.name);
  private reader: sqlite3.Database | null = null;
  private isGivenUp = false;
  private result: Promise<StartupError | null> = Promise.resolve(null);

  constructor(
    private readonly file: string,
    private readonly folder: DataFolder,
  ) {}

  /** Resolves when it is known: with what is wrong, or with null, also when it was given up. */
  get whenDone(): Promise<StartupError | null> {
    return this.result;
  }

  /** Before anything is served. @throws StartupError when the file was damaged and still is */
  async begin({ wasStoppedCleanly }: { readonly wasStoppedCleanly: boolean }): Promise<void> {
    const due = (await this.folder.read(dueFile)) as Due | null;
    if (due === null && wasStoppedCleanly) return;
    if (due === null) await this.note('beside');
    this.result = this.check();
    if (due !== 'before') return;
    const damage = await this.result;
    if (damage) throw damage;
  }

  /** A check that was not finished is due at the next start. */
  async giveUp(): Promise<void> {
    this.isGivenUp = true;
    this.reader?.interrupt();
    await this.result;
  }

  private async check(): Promise<StartupError | null> {
    let damage: string | null;
    try {
      damage = await this.findDamage();
    } catch (error) {
      // It says nothing about the file; the next start tries again.
      if (!this.isGivenUp)
        this.logger.warn({ msg: 'The database could not be read through', file: this.file, err: error });
      return null;
    }
    if (damage === null) {
      await this.folder.remove(dueFile);
      return null;
    }
    await this.note('before');
    return new StartupError(`The database ${this.file} is damaged: restore a copy of it. (${damage})`);
  }

  private note(due: Due): Promise<void> {
    return this.folder.write(dueFile, due);
  }

  /** In words of SQLite; null when there is none. @throws Error when that cannot be known now */
  private async findDamage(): Promise<string | null> {
    const reader = await open(this.file);
    this.reader = reader;
    try {
      if (this.isGivenUp) throw new Error('given up');
      const [row] = await quickCheck(reader);
      return row?.quick_check === 'ok' ? null : (row?.quick_check ?? 'nothing could be read of it');
    } catch (error) {
      const { code, message } = error as Error & { readonly code?: string };
      if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return message;
      throw error;
    } finally {
      this.reader = null;
      reader.close();
    }
  }
}

function quickCheck(reader: sqlite3.Database): Promise<readonly { readonly quick_check: string }[]> {
  return new Promise((resolve, reject) => {
    reader.all<{ quick_check: string }>('PRAGMA quick_check(1)', (error, rows) =>
      error ? reject(error) : resolve(rows),
    );
  });
}

function open(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const reader = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) =>
      error ? reject(error) : resolve(reader),
    );
  });
}
