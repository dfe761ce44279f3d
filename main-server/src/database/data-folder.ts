import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { removeFileAndDraft, StartupError, writeFileAtomic } from '@codex-webapp/nest-kit';
import { FolderLock } from './folder-lock.ts';

const lockFile = 'server.lock';

/** The folder that holds everything we keep. Only we may read it, and only one server uses it at a time. */
export class DataFolder implements OnApplicationShutdown {
  private constructor(
    readonly path: string,
    private readonly lock: FolderLock,
  ) {}

  /** Makes it if needed. @throws StartupError when it is unwritable or in use */
  static async open(folder: string): Promise<DataFolder> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      await ensurePrivateFile(join(folder, lockFile));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new StartupError(
        `The data folder ${folder} cannot be used (${code}): make it writable for this user, or set DATABASE_PATH to a file in another folder.`,
        { cause: error },
      );
    }
    const lock = await FolderLock.acquire(join(folder, lockFile));
    if (lock) return new DataFolder(folder, lock);
    throw new StartupError(
      `The data folder ${folder} is in use by another server: stop that one, or set DATABASE_PATH to a file in another folder.`,
    );
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Null when there is none. */
  async read(name: string): Promise<string | null> {
    try {
      return await readFile(this.file(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** A crash leaves the old content or the new, never half of it. */
  write(name: string, content: string): Promise<void> {
    return writeFileAtomic(this.file(name), content, { flush: true });
  }

  remove(name: string): Promise<void> {
    return removeFileAndDraft(this.file(name));
  }

  onApplicationShutdown(): Promise<void> {
    return this.lock.release();
  }
}

/** Exists afterwards, readable by us alone, with the content it had. */
export async function ensurePrivateFile(file: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.chmod(0o600);
  } finally {
    await handle.close();
  }
}
