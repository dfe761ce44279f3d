import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLog, rotateLog } from './process-log.ts';

describe('process log', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-log-'));
    path = join(folder, 'session.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps the file and its predecessor below the cap', async () => {
    await writeFile(path, 'x'.repeat(2_000));
    await rotateLog(path, 1_000);
    expect((await stat(path)).size).toBe(0);
    expect((await stat(`${path}.1`)).size).toBe(2_000);
  });

  it('goes on with the new lines after a rotation', async () => {
    await writeFile(path, 'old\n');
    const abort = new AbortController();
    const steps = [
      () => appendFile(path, 'before\n'),
      () => rotateLog(path, 1),
      () => appendFile(path, 'after\n'),
      () => Promise.resolve(abort.abort()),
    ];
    const wait = async (): Promise<void> => steps.shift()?.();
    const lines: string[] = [];
    for await (const line of readLog(path, { follow: true, signal: abort.signal }, wait)) lines.push(line);
    expect(lines).toEqual(['old', 'before', 'after']);
  });

  it('gives a line in full that came in two parts', async () => {
    await writeFile(path, 'half');
    const abort = new AbortController();
    const steps = [() => appendFile(path, ' and half\n'), () => Promise.resolve(abort.abort())];
    const lines: string[] = [];
    const wait = async (): Promise<void> => steps.shift()?.();
    for await (const line of readLog(path, { follow: true, signal: abort.signal }, wait)) lines.push(line);
    expect(lines).toEqual(['half and half']);
  });
});
