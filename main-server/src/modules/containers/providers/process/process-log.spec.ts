import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogLine, LogOptions } from '../container-provider.ts';
import { readLog, rotateLog, sizeOf } from './process-log.ts';

describe('process log', () => {
  let folder: string;
  let path: string;
  let record: { id: string; rotatedBytes: number; startsAt: number } | null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-log-'));
    path = join(folder, 'session.log');
    record = { id: 'one', rotatedBytes: 0, startsAt: 0 };
    afterLook = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What happens right after the reader has looked where the log is. */
  let afterLook: (() => Promise<void>)[];
  const look = async () => {
    const extent = record && { ...record, size: await sizeOf(path) };
    await afterLook.shift()?.();
    return extent;
  };
  const rotate = async (): Promise<void> => {
    const cut = await rotateLog(path, 1);
    if (record) record.rotatedBytes += cut;
  };

  /** Reads, with a step of the test whenever the reader has seen everything so far. */
  async function read(
    options: LogOptions,
    ...steps: readonly (() => unknown)[]
  ): Promise<readonly LogLine[]> {
    const abort = new AbortController();
    const left = [...steps];
    const wait = async (): Promise<void> => {
      const step = left.shift();
      if (step === undefined) abort.abort();
      else await step();
    };
    const lines: LogLine[] = [];
    const follow = steps.length > 0;
    for await (const line of readLog({ path, look, wait }, { follow, signal: abort.signal, ...options }))
      lines.push(line);
    return lines;
  }
  const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

  it('keeps the file and its predecessor below the cap', async () => {
    await writeFile(path, 'x'.repeat(2_000));
    expect(await rotateLog(path, 1_000)).toBe(2_000);
    expect((await stat(path)).size).toBe(0);
    expect((await stat(`${path}.1`)).size).toBe(2_000);
    expect(await rotateLog(path, 1_000)).toBe(0);
  });

  it('goes on with the new lines after a rotation, and reads what it had not seen from the file before', async () => {
    await writeFile(path, 'old\n');
    const lines = await read(
      {},
      () => appendFile(path, 'before\n'),
      async () => {
        await appendFile(path, 'just before\nhalf');
        await rotate();
        await appendFile(path, ' and half\nafter\n');
      },
    );
    expect(textsOf(lines)).toEqual(['old', 'before', 'just before', 'half and half', 'after']);
    expect(lines.some(({ isAfterGap }) => isAfterGap)).toBe(false);
  });

  it('goes on behind any line, also one before a rotation', async () => {
    await writeFile(path, 'a\nb\r\n');
    await rotate();
    await appendFile(path, 'c\nd\n');
    const whole = await read({ tail: 10 });
    expect(textsOf(whole)).toEqual(['a', 'b', 'c', 'd']);
    for (const [index, { mark }] of whole.entries())
      expect(await read({ after: mark })).toEqual(whole.slice(index + 1));
  });

  it.each([0, 1, 2, 3, 4])('tears nothing when it is rotated right after look %d', async (looks) => {
    const printed = ['aa', 'b', 'ccc', 'd', 'eeeee', 'f'];
    await writeFile(path, 'aa\nb\nccc\n');
    const stir = async (): Promise<void> => {
      await rotate();
      await appendFile(path, 'd\neeeee\nf\n');
    };
    afterLook = [...Array.from({ length: looks }, () => () => Promise.resolve()), stir];
    const lines = await read(
      { tail: 10 },
      () => undefined,
      () => undefined,
      () => undefined,
    );
    expect(textsOf(lines)).toEqual(printed);
    expect(lines.some(({ isAfterGap }) => isAfterGap)).toBe(false);
    for (const [index, { mark }] of lines.entries())
      expect(await read({ after: mark })).toEqual(lines.slice(index + 1));
  });

  it('ends when it is removed right after a look', async () => {
    await writeFile(path, 'a\n');
    afterLook = [
      async () => {
        record = null;
        await rm(path);
      },
    ];
    expect(await read({})).toEqual([]);
  });

  it('says that lines are missing when they were rotated away', async () => {
    await writeFile(path, 'a\nb\n');
    const [first] = await read({ tail: 10 });
    for (const text of ['c\n', 'd\n']) {
      await rotate();
      await appendFile(path, text);
    }
    const rest = await read({ after: first?.mark ?? '' });
    expect(rest).toMatchObject([{ text: 'c', isAfterGap: true }, { text: 'd' }]);
    expect(rest[1]).not.toHaveProperty('isAfterGap');
  });

  it.each([
    ['of another log', 'two.2'],
    ['of a place that is not there yet', 'one.999'],
    ['that is none', 'one.x'],
  ])('says so after a mark %s', async (_what, after) => {
    await writeFile(path, 'a\nb\n');
    expect(await read({ after })).toMatchObject([{ text: 'a', isAfterGap: true }, { text: 'b' }]);
  });

  it('says so when a rotation was not written down before a crash', async () => {
    await writeFile(path, 'a\nb\n');
    const [, last] = await read({ tail: 10 });
    await rotateLog(path, 1);
    await appendFile(path, 'c\n');
    expect(await read({ after: last?.mark ?? '' })).toMatchObject([{ text: 'c', isAfterGap: true }]);
  });

  it('gives a line in full that came in two parts', async () => {
    await writeFile(path, 'half');
    expect(textsOf(await read({}, () => appendFile(path, ' and half\n')))).toEqual(['half and half']);
  });

  it('gives what has no end yet to whoever does not wait for it, and in full to who comes back', async () => {
    await writeFile(path, 'one\nhalf');
    const lines = await read({});
    expect(textsOf(lines)).toEqual(['one', 'half']);
    await appendFile(path, ' and half\n');
    expect(textsOf(await read({ after: lines[1]?.mark ?? '' }))).toEqual(['half and half']);
  });

  it.each([
    [0, []],
    [1, ['c']],
    [3, ['', 'b', 'c']],
    [4, ['', '', 'b', 'c']],
    [9, ['', '', 'b', 'c']],
  ])('begins with the newest %d lines', async (tail, expected) => {
    await writeFile(path, '\n\nb\nc\n');
    expect(textsOf(await read({ tail }))).toEqual(expected);
  });

  it('begins with the newest start, and with a whole line of a long log', async () => {
    const line = `${'x'.repeat(99)}\n`;
    await writeFile(path, line.repeat(20_000));
    const lines = await read({ tail: 15_000 });
    expect(lines.length).toBeGreaterThan(10_000);
    expect(new Set(textsOf(lines))).toEqual(new Set(['x'.repeat(99)]));
    record = { id: 'one', rotatedBytes: 0, startsAt: 20_000 * 100 };
    await appendFile(path, 'again\n');
    expect(textsOf(await read({ sinceStart: true }))).toEqual(['again']);
  });

  it('ends with the removal of the log, and gives nothing of one that is not there', async () => {
    await writeFile(path, 'a\n');
    expect(textsOf(await read({}, () => (record = null)))).toEqual(['a']);
    expect(await read({})).toEqual([]);
  });
});
