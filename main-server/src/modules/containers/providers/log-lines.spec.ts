import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LineSplitter, markLines, parsePlace, type TimedLine } from './log-lines.ts';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

describe('LineSplitter', () => {
  function split(chunks: readonly Buffer[]): readonly string[] {
    const splitter = new LineSplitter();
    const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)].map(({ text }) => text));
    const rest = splitter.rest();
    return rest === null ? lines : [...lines, rest];
  }

  it('gives the same lines wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(300), { maxLength: 8 }),
        (bytes, cuts) => {
          const whole = Buffer.from(bytes.map((byte) => (byte % 7 === 0 ? 10 : byte)));
          const places = [
            0,
            ...cuts.filter((cut) => cut <= whole.length).toSorted((a, b) => a - b),
            whole.length,
          ];
          const pieces = places.slice(1).map((place, index) => whole.subarray(places[index], place));
          expect(split(pieces)).toEqual(split([whole]));
        },
      ),
    );
  });

  it('counts every byte a line took', () => {
    const splitter = new LineSplitter();
    const bytes = [...splitter.push(Buffer.from('\u20ac\r\n\nx'))].map((line) => line.bytes);
    expect(bytes).toEqual([5, 1]);
  });

  it('keeps no more of a line than it shows, and no half character', () => {
    const [line] = split([Buffer.from('a'), Buffer.from(`${'\u20ac'.repeat(100_000)}\nnext\n`)]);
    expect(line).toMatch(/^a\u20ac+ … \d+ more bytes$/);
    expect(Buffer.byteLength(line ?? '')).toBeLessThan(17_000);
  });
});

describe('markLines', () => {
  const at = (n: number): string => `2026-01-01T00:00:00.00000000${n}Z`;
  const lines: readonly TimedLine[] = [
    { at: at(1), text: 'a' },
    { at: at(1), text: 'a' },
    { at: at(3), text: 'b' },
    // Standard error, which was slower to get the lock.
    { at: at(2), text: 'c' },
    { at: at(3), text: 'b' },
    { at: null, text: 'd' },
    { at: at(4), text: 'e' },
  ];

  it('goes on behind any line, also where times are equal or out of order', async () => {
    const whole = await collect(markLines(lines));
    expect(new Set(whole.map(({ mark }) => mark)).size).toBe(lines.length);
    for (const [index, { mark }] of whole.entries())
      expect(await collect(markLines(lines, { after: parsePlace(mark) }))).toEqual(whole.slice(index + 1));
  });

  it('says that lines may be missing when the line it counts from is gone', async () => {
    const place = parsePlace(`${at(1)}.2`);
    const rest = await collect(markLines(lines.slice(2), { after: place }));
    expect(rest.map(({ text, isAfterGap }) => [text, isAfterGap ?? false])).toEqual([
      ['b', true],
      ['c', false],
      ['b', false],
      ['d', false],
      ['e', false],
    ]);
  });

  it.each([
    '',
    'x',
    '2026-01-01T00:00:00Z',
    'yesterday.1',
    '2026-13-41T00:00:00Z.1',
    '2026-01-01T25:99:00Z.1',
    '2026-01-01T0::..0Z.1',
    `${at(1)}.x`,
    `${at(1)}.9999999999`,
  ])('takes %j for no place', (mark) => {
    expect(parsePlace(mark)).toBeNull();
  });
});
