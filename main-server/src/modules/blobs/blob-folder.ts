import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { blobHashSchema, blobLimits } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { storageFull } from '../../database/storage-room.ts';

/** What a file costs at least: many small ones fill a disk too. */
const fileMinBytes = 4_096;
/** Of one session at once; a container needs one. */
const uploadsMax = 4;
/** Blobs leave so much of the disk to the database. */
const freeMinBytes = 64 * 1024 * 1024;
const unfinished = '.part';

export interface StoredBlob {
  readonly bytes: number;
  /** False where it was there already. */
  readonly isNew: boolean;
}

/** The blobs of one session: files named by the SHA-256 of their bytes, whole or not there. */
export class BlobFolder {
  private measured: Promise<void> | null = null;
  private storedBytes = 0;
  private pendingBytes = 0;
  private uploads = 0;

  constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
  ) {}

  /** On the disk when it resolves. @throws blob.too_large, blob.limit_reached, blob.hash_mismatch, request.too_many, storage.full */
  async write(sha256: string, content: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const known = await this.sizeOf(sha256);
    if (known !== null) return { bytes: known, isNew: false };
    if (this.uploads >= uploadsMax) throw tooManyUploads();
    this.uploads += 1;
    try {
      return { bytes: await this.receive(sha256, content), isNew: true };
    } finally {
      this.uploads -= 1;
    }
  }

  /** Null where there is none of that name. */
  async read(sha256: string): Promise<{ readonly bytes: number; readonly content: ReadStream } | null> {
    const bytes = await this.sizeOf(sha256);
    return bytes === null ? null : { bytes, content: createReadStream(this.fileOf(sha256)) };
  }

  /** Removing what is not there succeeds. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    this.measured = null;
  }

  private async receive(sha256: string, content: AsyncIterable<Uint8Array>): Promise<number> {
    this.measured ??= this.measure();
    await this.measured;
    await this.assertRoom();
    const draft = path.join(this.folder, `${randomUUID()}${unfinished}`);
    const file = await open(draft, 'wx', 0o600).catch((error: unknown) => {
      throw translate(error);
    });
    let taken = 0;
    try {
      const hash = createHash('sha256');
      for await (const chunk of content) {
        taken += chunk.length;
        this.pendingBytes += chunk.length;
        if (taken > blobLimits.maxBytes) throw tooLarge();
        if (this.storedBytes + this.pendingBytes > this.maxBytes) throw limitReached(this.maxBytes);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      if (hash.digest('hex') !== sha256) throw hashMismatch();
      await file.sync();
      // Another upload of the same bytes may have been faster.
      const isNew = (await this.sizeOf(sha256)) === null;
      await rename(draft, this.fileOf(sha256));
      await syncFolder(this.folder);
      if (isNew) this.storedBytes += Math.max(taken, fileMinBytes);
      return taken;
    } catch (error) {
      await rm(draft, { force: true });
      throw translate(error);
    } finally {
      this.pendingBytes -= taken;
      await file.close();
    }
  }

  /** The database is on the same disk, and everybody's. @throws storage.full */
  private async assertRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize < freeMinBytes) throw storageFull();
  }

  private async measure(): Promise<void> {
    try {
      this.storedBytes = await this.prepare();
    } catch (error) {
      this.measured = null;
      throw translate(error);
    }
  }

  /** Makes the folder, and takes away what an earlier run did not finish. */
  private async prepare(): Promise<number> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    let bytes = 0;
    for (const name of await readdir(this.folder)) {
      const file = path.join(this.folder, name);
      if (blobHashSchema.safeParse(name).success) bytes += Math.max((await stat(file)).size, fileMinBytes);
      else await rm(file, { force: true });
    }
    return bytes;
  }

  private async sizeOf(sha256: string): Promise<number | null> {
    try {
      return (await stat(this.fileOf(sha256))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  private fileOf(sha256: string): string {
    return path.join(this.folder, sha256);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle: FileHandle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function translate(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return storageFull(error);
  // The session was deleted meanwhile, and its folder with it.
  if (code === 'ENOENT')
    return new DomainError('session.not_found', { message: 'There is no such session.', cause: error });
  return error;
}

export function tooLarge(): DomainError {
  const message = `A blob has at most ${blobLimits.maxBytes} bytes: keep one end of what is longer.`;
  return new DomainError('blob.too_large', { message });
}

function limitReached(maxBytes: number): DomainError {
  const message = `This session holds as much long output as it may (${Math.round(maxBytes / 1024 / 1024)} MB, set by BLOBS_SESSION_MB).`;
  return new DomainError('blob.limit_reached', { message });
}

function hashMismatch(): DomainError {
  return new DomainError('blob.hash_mismatch', {
    message: 'The bytes are not those the address names: send them under the SHA-256 they have.',
  });
}

function tooManyUploads(): DomainError {
  return new DomainError('request.too_many', { message: 'Upload one blob after the other.' });
}
