import { mkdirSync, mkdtempSync, lstatSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** As statfs calls a file system that is memory. */
const tmpfsMagic = 0x01_02_19_94;
/** Docker gives each container one of its own, whatever else it is given. */
const memoryFolder = '/dev/shm';
const prefix = 'codex-webapp-logins-';

/** Whether a link leads into such a folder, of this session or an earlier one. */
export function isInLoginFolder(target: string): boolean {
  return path.basename(path.dirname(target)).startsWith(prefix);
}

/** A folder in memory that nobody but this user reads, gone with the container. What an earlier process left is gone, too. */
export function createLoginFolder(sessionId: string): string {
  const folder = path.join(isMemory(memoryFolder) ? memoryFolder : tmpdir(), `${prefix}${sessionId}`);
  removeLoginFolder(folder);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch {
    // Somebody else's of the same name, which cannot be taken away.
    return mkdtempSync(`${folder}-`);
  }
}

/** Leaves what is not ours. */
export function removeLoginFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() && found.uid === process.getuid?.())
    rmSync(folder, { recursive: true, force: true });
}

function isMemory(folder: string): boolean {
  try {
    return statfsSync(folder).type === tmpfsMagic;
  } catch {
    return false;
  }
}
