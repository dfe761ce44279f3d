import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { AttachedOutput } from './attached-output.ts';

function frame(stream: 1 | 2, content: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

describe('AttachedOutput', () => {
  const all = Buffer.concat([
    frame(1, 'one '),
    frame(2, 'said'),
    frame(1, ''),
    frame(1, 'two'),
    frame(2, '!'),
  ]);

  it('keeps the two outputs apart, wherever the frames are cut', async () => {
    for (let size = 1; size <= all.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.subarray(index * size, (index + 1) * size),
      );
      let said = '';
      const output = new AttachedOutput((chunk) => (said += chunk.toString()));
      expect(await text(Readable.from(chunks).pipe(output))).toBe('one two');
      expect(said).toBe('said!');
    }
  });
});
