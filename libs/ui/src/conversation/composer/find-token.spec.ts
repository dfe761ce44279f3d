import { describe, expect, it } from '@jest/globals';
import { findToken, replaceToken } from './find-token.ts';

/** The caret stands where the bar is. */
function at(marked: string) {
  const caret = marked.indexOf('|');
  return { text: marked.replace('|', ''), caret };
}

describe('what is being named at the caret', () => {
  it.each([
    ['/|', { kind: 'command', query: '' }],
    ['/rev|', { kind: 'command', query: 'rev' }],
    ['/re|view it', { kind: 'command', query: 're', from: 0, to: 7 }],
    ['@|', { kind: 'file', query: '' }],
    ['look at @src/m|', { kind: 'file', query: 'src/m', from: 8, to: 14 }],
    ['one\n@a|b two', { kind: 'file', query: 'a', from: 4, to: 7 }],
  ])('is found in %s', (marked, expected) => {
    const { text, caret } = at(marked);
    expect(findToken(text, caret)).toMatchObject(expected);
  });

  it.each(['', '|', 'a /rev|', '/review it|', '/etc/ho|', '/e|tc/hosts', 'me@example|', '@a b|', 'a@|'])(
    'is nothing in %j',
    (marked) => {
      const { text, caret } = at(marked);
      expect(findToken(text, Math.max(caret, 0))).toBeNull();
    },
  );

  it('is replaced, with room for what follows', () => {
    expect(replaceToken('/rev', { kind: 'command', query: 'rev', from: 0, to: 4 }, '/review')).toEqual({
      text: '/review ',
      caret: 8,
    });
    expect(replaceToken('see @a now', { kind: 'file', query: 'a', from: 4, to: 6 }, '@a.ts')).toEqual({
      text: 'see @a.ts now',
      caret: 10,
    });
  });

  it('goes on in a folder', () => {
    expect(replaceToken('@s', { kind: 'file', query: 's', from: 0, to: 2 }, '@src/')).toEqual({
      text: '@src/',
      caret: 5,
    });
  });
});
