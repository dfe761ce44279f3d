import { describe, expect, it } from '@jest/globals';
import { parsePatch } from './parse-patch.ts';

describe('parsePatch', () => {
  it('numbers the lines of both sides and counts the changes', () => {
    const { lines, added, removed } = parsePatch(
      '@@ -8,3 +9,4 @@ function a() {\n one\n-two\n+2\n+3\n three\n',
    );
    expect([added, removed]).toEqual([2, 1]);
    expect(lines.map(({ kind, oldNumber, newNumber }) => [kind, oldNumber, newNumber])).toEqual([
      ['hunk', null, 9],
      ['context', 8, 9],
      ['removed', 9, null],
      ['added', null, 10],
      ['added', null, 11],
      ['context', 10, 12],
    ]);
  });

  it('reads a new file that has no hunk', () => {
    const { lines, added } = parsePatch('+a\n+b\n\\ No newline at end of file\n');
    expect(added).toBe(2);
    expect(lines.map(({ text }) => text)).toEqual(['a', 'b', 'No newline at end of file']);
  });

  it('has no line for an empty patch', () => {
    expect(parsePatch('').lines).toEqual([]);
  });
});
