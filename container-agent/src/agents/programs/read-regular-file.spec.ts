import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileTooLargeError, readRegularFile } from './read-regular-file.ts';

describe('readRegularFile', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'regular-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('reads a file up to its limit', async () => {
    const file = path.join(root, 'file');
    writeFileSync(file, 'x'.repeat(10));
    expect((await readRegularFile(file, 10)).toString()).toBe('x'.repeat(10));
    await expect(readRegularFile(file, 9)).rejects.toThrow(FileTooLargeError);
  });

  it('reads no more than its limit of a file that does not say how large it is', async () => {
    await expect(readRegularFile('/proc/self/maps', 100)).rejects.toThrow(FileTooLargeError);
  });

  it('waits for no writer of a FIFO, and reads no device', async () => {
    const fifo = path.join(root, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expect(readRegularFile(fifo, 10)).rejects.toThrow('no regular file');
    await expect(readRegularFile('/dev/zero', 10)).rejects.toThrow('no regular file');
  });
});
