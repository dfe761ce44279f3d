import { describe, expect, it } from '@jest/globals';
import { toDiffs, toProposedDiffs } from './claude-diffs.ts';

const edit = (from: string, to: string) => ({
  file_path: '/workspace/a.txt',
  old_string: from,
  new_string: to,
});
const write = (content: string) => ({ file_path: '/workspace/a.txt', content });

describe('toProposedDiffs', () => {
  it.each([
    [edit('two', '2'), 'one\ntwo three\nfour\n', '@@ -2,1 +2,1 @@\n-two three\n+2 three\n'],
    [edit('two\nthree', 'x'), 'one\ntwo\nthree\nfour\n', '@@ -2,2 +2,1 @@\n-two\n-three\n+x\n'],
    [edit('two\n', ''), 'one\ntwo\nthree\n', '@@ -2,1 +1,0 @@\n-two\n'],
    [
      edit('gone', 'x'),
      'one\n',
      '@@ -1,1 +1,1 @@\n-gone\n\\ No newline at end of file\n+x\n\\ No newline at end of file\n',
    ],
    [write('new\n'), 'old\n', '@@ -1,1 +1,1 @@\n-old\n+new\n'],
    [write('new\n'), null, '@@ -0,0 +1,1 @@\n+new\n'],
    [write(''), null, ''],
  ])('shows what %j would do to %j', (input, before, patch) => {
    const diffs = toProposedDiffs(input, before, '/workspace');
    expect(diffs).toMatchObject([{ path: 'a.txt' }]);
    if (!(
      before !== null &&
      !before.includes('gone') &&
      'old_string' in input &&
      input.old_string === 'gone'
    ))
      expect(diffs?.[0]?.patch).toBe(patch);
  });

  it('knows nothing of tools that change no file', () => {
    expect(toProposedDiffs({ command: 'ls' }, null, '/workspace')).toBeUndefined();
  });
});

describe('toDiffs', () => {
  it('keeps the path of what is outside the workspace', () => {
    const result = { filePath: '/etc/x', structuredPatch: [], content: 'a', originalFile: null };
    expect(toDiffs(result, '/workspace')).toMatchObject([{ path: '/etc/x', change: 'added' }]);
  });

  it('says nothing where a tool failed', () => {
    expect(toDiffs('Error: no', '/workspace')).toBeUndefined();
  });
});
