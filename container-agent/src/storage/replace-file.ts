import { closeSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomicSync } from '@codex-webapp/nest-kit';
import { formatRecord } from './record-file.ts';

/** Puts a whole new file in place of an old one: after a loss of power there is one or the other, never a mixture. */
export function replaceFile(file: string, content: string | Buffer): void {
  writeFileAtomicSync(file, content, { flush: true });
  syncFolder(path.dirname(file));
}

/** The same for a record file. */
export function replaceRecords(file: string, lines: readonly string[]): void {
  replaceFile(file, lines.map((line) => formatRecord(line).toString('utf8')).join(''));
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
