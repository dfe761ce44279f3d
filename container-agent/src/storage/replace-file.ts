import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatRecord } from './record-file.ts';

/** Puts a whole new file in place of an old one: after a crash there is one or the other, never a mixture. */
export function replaceFile(file: string, content: string | Buffer): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeDraft(draft, content);
    renameSync(draft, file);
  } catch (error) {
    // Half of a file takes room that a full disk does not have.
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** The same for a record file. */
export function replaceRecords(file: string, lines: readonly string[]): void {
  replaceFile(file, lines.map((line) => formatRecord(line).toString('utf8')).join(''));
}

function writeDraft(draft: string, content: string | Buffer): void {
  const fd = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
