import { describe, expect, it } from '@jest/globals';
import { toChangePatch, toShownPath, toWholePatch } from './file-patches.ts';

describe('toShownPath', () => {
  it.each([
    ['/workspace/src/a.ts', 'src/a.ts'],
    ['src/a.ts', 'src/a.ts'],
    ['/etc/hosts', '/etc/hosts'],
    ['/workspace', '/workspace'],
    ['/workspace-too/a', '/workspace-too/a'],
    ['/workspace/..data', '..data'],
  ])('shows %s as %s', (file, shown) => expect(toShownPath(file, '/workspace')).toBe(shown));
});

describe('toWholePatch', () => {
  it('marks a file that does not end with a line break', () => {
    expect(toWholePatch('+', 'one\ntwo')).toBe('@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n');
    expect(toWholePatch('-', 'one\n')).toBe('@@ -1,1 +0,0 @@\n-one\n');
    expect(toWholePatch('+', '')).toBe('');
  });
});

describe('toChangePatch', () => {
  it('keeps three lines around what differs', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    expect(toChangePatch(before, before.replace('5\n', 'five\n'))).toBe(
      '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it.each([
    ['', 'one\n', '@@ -0,0 +1,1 @@\n+one\n'],
    ['one\n', '', '@@ -1,1 +0,0 @@\n-one\n'],
    ['a\na\n', 'a\na\na\n', '@@ -1,2 +1,3 @@\n a\n a\n+a\n'],
    ['same\n', 'same\n', ''],
  ])('tells %j from %j', (before, after, patch) => expect(toChangePatch(before, after)).toBe(patch));
});
