import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { writeFileAtomicSync } from '@codex-webapp/nest-kit';

/** The end of a turn with all that waits to be told of it. */
const defaultReserveBytes = 4 * 1024 * 1024;
const retryMs = 1_000;

export interface DiskRoomOptions {
  readonly folder: string;
  readonly reserveBytes?: number;
}

/**
 * What to do when the disk of the session is full: whoever writes waits, and nothing is dropped. A file holds some room
 * back, so that a turn can still be ended, and told so, after its agent has taken all the rest.
 */
export class DiskRoom {
  private readonly logger = new Logger(DiskRoom.name);
  private readonly reserve: string;
  private readonly reserveBytes: number;
  private readonly waiting = new Set<() => void>();
  private isReserveOpen = false;
  private isStopping = false;

  constructor({ folder, reserveBytes = defaultReserveBytes }: DiskRoomOptions) {
    this.reserve = path.join(folder, 'disk-reserve');
    this.reserveBytes = reserveBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Repeats work that failed because the disk is full, until there is room. @throws its other failures; all of them after `stopWaiting` */
  async wait<T>(work: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        if (this.spendReserve()) continue;
        if (this.isStopping) throw error;
        await this.pause();
      }
    }
  }

  /** Holds room back while an agent works; not where there is too little of it. */
  holdReserve(): void {
    this.isReserveOpen = false;
    if (existsSync(this.reserve)) return;
    try {
      const { bavail, bsize } = statfsSync(path.dirname(this.reserve));
      if (bavail * bsize < 2 * this.reserveBytes) return;
      // A file system that compresses would hold nothing back for zeros.
      writeFileAtomicSync(this.reserve, randomBytes(this.reserveBytes));
    } catch (error) {
      // Work goes on without it.
      if (!isDiskFull(error)) this.logger.warn({ msg: 'No room could be held back on the disk', err: error });
    }
  }

  /** Lets those who wait have what was held back: the agent takes no more. */
  openReserve(): void {
    this.isReserveOpen = true;
    this.wake();
  }

  /** Lets nobody wait any more: the process is about to end. */
  stopWaiting(): void {
    this.isStopping = true;
    this.wake();
  }

  /** Whether there was one. */
  private spendReserve(): boolean {
    if (!this.isReserveOpen || !existsSync(this.reserve)) return false;
    rmSync(this.reserve, { force: true });
    return true;
  }

  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, retryMs);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    for (const done of this.waiting) done();
  }
}

export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
