import { randomBytes } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { DomainError, writeFileAtomic } from '@codex-webapp/nest-kit';

/** Some hundred logins: each takes a few pages of the log that SQLite writes ahead. */
const reserveBytes = 4 * 1024 * 1024;
/** Free beside the reserve, before anything but logins is written again. */
const roomBytes = 4 * 1024 * 1024;
/** Where the disk fails instead of being full, SQLite says the same. */
const nearlyNothingBytes = 1024 * 1024;

/**
 * Knows whether the disk of the database is full. A file holds some room back for what has to be written even then, so
 * that a user can log in and look while events and prompts are refused.
 */
export class StorageRoom {
  private readonly logger = new Logger(StorageRoom.name);
  private readonly folder: string;
  private readonly reserve: string;
  private isFull = false;

  constructor(databaseFile: string) {
    this.folder = path.dirname(databaseFile);
    this.reserve = path.join(this.folder, 'disk-reserve');
  }

  /** Holds room back where none is; false when there is not enough. */
  async ensureReserve(): Promise<boolean> {
    if (existsSync(this.reserve)) return true;
    if (this.freeBytes() < reserveBytes + roomBytes) return false;
    try {
      // A file system that compresses would hold nothing back for zeros.
      await writeFileAtomic(this.reserve, randomBytes(reserveBytes));
      return true;
    } catch (error) {
      this.logger.warn({ msg: 'No room could be held back on the disk of the database', err: error });
      return false;
    }
  }

  /** Before a transaction. @throws storage.full unless it is urgent or there is room again */
  async admit(isUrgent: boolean): Promise<void> {
    if (!this.isFull) return;
    if (await this.hasRoomAgain()) return;
    if (!isUrgent) throw storageFull();
  }

  /** What a failed transaction means: `storage.full`, or null for every other failure. */
  explain(error: unknown): DomainError | null {
    const { code } = error as { readonly code?: unknown };
    const isFull = code === 'SQLITE_FULL' || (code === 'SQLITE_IOERR' && this.hasNearlyNothing());
    if (!isFull) return null;
    if (!this.isFull) this.logger.error({ msg: 'The disk of the database is full' });
    this.isFull = true;
    return storageFull(error);
  }

  /** False also where a disk that fails does not say: who asks has an error to tell already. */
  private hasNearlyNothing(): boolean {
    try {
      return this.freeBytes() < nearlyNothingBytes;
    } catch {
      return false;
    }
  }

  /** Gives the room back that was held. False when there was none. */
  async release(): Promise<boolean> {
    if (!existsSync(this.reserve)) return false;
    await rm(this.reserve, { force: true });
    return true;
  }

  private async hasRoomAgain(): Promise<boolean> {
    if (this.freeBytes() < roomBytes || !(await this.ensureReserve())) return false;
    this.isFull = false;
    this.logger.log({ msg: 'The disk of the database has room again' });
    return true;
  }

  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }
}

/** For what is noted along the way of reading: a full disk does not keep anybody from reading. */
export async function unlessFull(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    // The next reader's note is tried again.
    if (!(error instanceof DomainError && error.code === 'storage.full')) throw error;
  }
}

export function storageFull(cause?: unknown): DomainError {
  return new DomainError('storage.full', {
    message: 'The disk of the server is full; nothing was stored. Make room on it, then try again.',
    details: { retryAfterSeconds: 10 },
    cause,
  });
}
