import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { EndlessLineError, readLines } from './json-lines.ts';

async function linesOf(chunks: readonly string[], maxLength?: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of readLines(Readable.from(chunks), maxLength)) lines.push(line);
  return lines;
}

describe('readLines', () => {
  it('puts lines together that come in pieces, and leaves out one without an end', async () => {
    expect(await linesOf(['on', 'e\ntw', 'o\n\nthree\nfo', 'ur'])).toEqual(['one', 'two', '', 'three']);
  });

  it('gives up a line that does not end, however small its pieces are', async () => {
    const endless = Array<string>(20).fill('x');
    await expect(linesOf(['short\n', ...endless], 10)).rejects.toThrow(EndlessLineError);
    expect(await linesOf(['0123456789\n', '0123456789\n'], 10)).toHaveLength(2);
  });
});
