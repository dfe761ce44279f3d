import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { blobHashSchema, blobLimits, type BlobRef } from '@codex-webapp/contracts';
import { replaceFile } from '../storage/replace-file.ts';

export interface BlobSpoolOptions {
  readonly folder: string;
  /** Bytes of one blob. */
  readonly blobMaxBytes?: number;
  /** Bytes on disk above which who has more to keep waits. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 64 * 1024 * 1024;

/**
 * Content too large for an event, on the session's volume until main-server has it. A file is named by the SHA-256 of
 * its bytes, so what is kept twice is there once.
 */
export class BlobSpool {
  private readonly sizes = new Map<string, number>();
  private readonly kept = new Set<(sha256: string) => void>();
  private readonly waiting: (() => void)[] = [];
  private readonly blobMaxBytes: number;
  private readonly maxBytes: number;
  private bytes = 0;
  private isClosing = false;

  constructor(private readonly options: BlobSpoolOptions) {
    this.blobMaxBytes = options.blobMaxBytes ?? blobLimits.maxBytes;
    this.maxBytes = options.maxBytes ?? defaultMaxBytes;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.folder)) {
      const file = path.join(options.folder, name);
      if (blobHashSchema.safeParse(name).success) this.add(name, statSync(file).size);
      else rmSync(file, { force: true }); // Half of one: its event was never written.
    }
  }

  /** The names of what waits to be stored. */
  list(): readonly string[] {
    return [...this.sizes.keys()];
  }

  /**
   * On disk when this returns; keeps one end of what is longer than a blob may be. Null while the spool is full.
   * @throws like any write, where the disk is
   */
  keep(content: string, end: 'newest' | 'oldest'): BlobRef | null {
    const { bytes, isCut } = cutTo(Buffer.from(content), this.blobMaxBytes, end);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const ref = { sha256, bytes: bytes.length, ...(isCut ? { truncated: true } : {}) };
    if (this.sizes.has(sha256)) return ref;
    if (this.isFull()) return null;
    replaceFile(this.fileOf(sha256), bytes);
    this.add(sha256, bytes.length);
    for (const listener of this.kept) listener(sha256);
    return ref;
  }

  read(sha256: string): Buffer {
    return readFileSync(this.fileOf(sha256));
  }

  /** It is stored, or never will be. */
  remove(sha256: string): void {
    rmSync(this.fileOf(sha256), { force: true });
    this.bytes -= this.sizes.get(sha256) ?? 0;
    this.sizes.delete(sha256);
    if (!this.isFull()) this.wake();
  }

  /** Resolves when `keep` takes more: the agent is slowed while main-server is away, nothing is dropped. */
  async whenRoom(): Promise<void> {
    while (this.isFull() && !this.isClosing) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Lets nobody wait any more: the process is about to end. */
  stopWaiting(): void {
    this.isClosing = true;
    this.wake();
  }

  /** Called for each new one. */
  onKept(listener: (sha256: string) => void): void {
    this.kept.add(listener);
  }

  private add(sha256: string, bytes: number): void {
    this.sizes.set(sha256, bytes);
    this.bytes += bytes;
  }

  private isFull(): boolean {
    return this.bytes >= this.maxBytes;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private fileOf(sha256: string): string {
    return path.join(this.options.folder, sha256);
  }
}

/** Between two letters. */
function cutTo(
  bytes: Buffer,
  maxBytes: number,
  end: 'newest' | 'oldest',
): { readonly bytes: Buffer; readonly isCut: boolean } {
  if (bytes.length <= maxBytes) return { bytes, isCut: false };
  const isInsideLetter = (index: number): boolean => ((bytes[index] ?? 0) & 0xc0) === 0x80;
  let edge = end === 'newest' ? bytes.length - maxBytes : maxBytes;
  while (edge > 0 && edge < bytes.length && isInsideLetter(edge)) edge += end === 'newest' ? 1 : -1;
  return { bytes: end === 'newest' ? bytes.subarray(edge) : bytes.subarray(0, edge), isCut: true };
}
