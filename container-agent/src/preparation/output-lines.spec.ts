import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { OutputLines } from './output-lines.ts';

describe('OutputLines', () => {
  it('tells lines that stay from those that are written over', () => {
    const lines = new OutputLines();
    expect(lines.take(Buffer.from('1%\r2%\r2%, done.\nnext\r\nla'))).toEqual([
      { text: '1%', isKept: false },
      { text: '2%', isKept: false },
      { text: '2%, done.', isKept: true },
      { text: 'next', isKept: true },
    ]);
    expect(lines.take(Buffer.from('st'))).toEqual([]);
    expect(lines.end()).toEqual([{ text: 'last', isKept: true }]);
    expect(lines.end()).toEqual([]);
  });

  it('reads the same however the output was cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (output, at) => {
        const text = output.replaceAll('\r', '');
        const bytes = Buffer.from(text);
        const cut = bytes.length === 0 ? 0 : at % bytes.length;
        const read = (...parts: readonly Buffer[]) => {
          const lines = new OutputLines();
          return [...parts.flatMap((part) => lines.take(part)), ...lines.end()];
        };
        expect(read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(read(bytes));
      }),
    );
  });

  it('keeps the beginning of a line without an end', () => {
    const lines = new OutputLines();
    for (let chunk = 0; chunk < 100; chunk += 1) lines.take(Buffer.alloc(64 * 1024, 'x'));
    expect(lines.end()[0]?.text).toHaveLength(4_096);
  });
});
