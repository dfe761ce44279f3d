import { describe, expect, it } from '@jest/globals';
import { demultiplexLines } from './docker-logs.ts';

const at = '2026-01-01T00:00:00.000000001Z';
const later = '2026-01-01T00:00:00.000000002Z';

function frame(output: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(8);
  header[0] = output;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

async function read(...chunks: readonly Buffer[]) {
  const lines: { at: string | null; text: string }[] = [];
  for await (const line of demultiplexLines(chunks)) lines.push(line);
  return lines;
}

describe('demultiplexLines', () => {
  it('puts a long line together, which has its time in every part, however the outputs alternate', async () => {
    const lines = await read(
      frame(1, `${at} one `),
      frame(2, `${later} other\n`),
      frame(1, `${at} and the rest\n`),
    );
    expect(lines).toEqual([
      { at: later, text: 'other' },
      { at, text: 'one and the rest' },
    ]);
  });

  it('does not mind where the stream is cut', async () => {
    const whole = Buffer.concat([frame(1, `${at} \u20ac\n`), frame(2, `${later} last`)]);
    const bytes = [...whole].map((byte) => Buffer.of(byte));
    expect(await read(...bytes)).toEqual([
      { at, text: '\u20ac' },
      { at: later, text: 'last' },
    ]);
  });

  it('gives lines of an engine that sends no times', async () => {
    expect(await read(frame(1, 'plain\n'))).toEqual([{ at: null, text: 'plain' }]);
  });

  it('does not wait for a frame of a size that no engine sends', async () => {
    await expect(read(Buffer.from('no frames at all'))).rejects.toMatchObject({ reason: 'failed' });
  });
});
