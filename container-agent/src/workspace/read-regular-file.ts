import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { workspaceLimits } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { OpenFolder } from './open-below.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

export interface RegularFile {
  readonly content: Buffer;
  readonly stats: Stats;
}

/** Reads a file that is neither link, folder, pipe nor device, without ever waiting for one. */
export async function readRegularFile(folder: OpenFolder, name: string): Promise<RegularFile> {
  // O_NONBLOCK: opening a pipe nobody writes to would wait for ever.
  const handle = await open(folder.entry(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await handle.stat();
    assertRegular(stats);
    if (stats.size > workspaceLimits.fileMaxBytes) throw tooLarge();
    const content = Buffer.allocUnsafe(Math.min(workspaceLimits.fileMaxBytes, stats.size + 4_096) + 1);
    let length = 0;
    while (length < content.length) {
      const { bytesRead } = await handle.read(content, length, content.length - length, null);
      if (bytesRead === 0) return { content: content.subarray(0, length), stats };
      length += bytesRead;
    }
    // It grows while we read.
    throw tooLarge();
  } finally {
    await handle.close();
  }
}

export function assertRegular(stats: Stats): void {
  if (stats.isFile()) return;
  const kind = kindOf(stats);
  throw new DomainError('workspace.not_a_file', { message: `This is ${kind}, not a file with content.` });
}

/** Changes with every change of the content. */
export function versionOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

export function tooLarge(): DomainError {
  const megabytes = workspaceLimits.fileMaxBytes / 1024 / 1024;
  return new DomainError('workspace.too_large', {
    message: `The file is larger than ${megabytes} MB. Use the terminal for it.`,
  });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}
