import { describe, expect, it } from '@jest/globals';
import { findInRows, maskRows, toRows } from './terminal-text.ts';

const token = /sk-ant-[\w-]+/g;
const rows = (cols: number, ...texts: readonly string[]) =>
  toRows(
    texts.map((text) => ({ text, isWrapped: false })),
    cols,
  );

describe('the text of a terminal', () => {
  it('has a token in one row', () => {
    const shown = rows(80, 'Your token:', '  sk-ant-oat01-abc  ', 'Keep it.');
    expect(findInRows(shown, token)).toEqual(['sk-ant-oat01-abc']);
    expect(maskRows(shown, token)).toEqual(['Your token:', '  ••••••••••••••••  ', 'Keep it.']);
  });

  it('has a token that the program broke and indented', () => {
    const shown = rows(20, '  sk-ant-oat01-abcd', '  efgh', 'Keep it.');
    expect(findInRows(shown, token)).toEqual(['sk-ant-oat01-abcdefgh']);
    expect(maskRows(shown, token)).toEqual([`  ${'•'.repeat(17)}`, '  ••••', 'Keep it.']);
  });

  it('has a token that the terminal broke', () => {
    const shown = toRows(
      [
        { text: 'sk-ant-', isWrapped: false },
        { text: 'x1 end', isWrapped: true },
      ],
      80,
    );
    expect(findInRows(shown, token)).toEqual(['sk-ant-x1']);
    expect(maskRows(shown, token)).toEqual(['•••••••', '•• end']);
  });
});
