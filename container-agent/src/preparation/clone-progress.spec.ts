import { describe, expect, it } from '@jest/globals';
import { parseCloneProgress } from './clone-progress.ts';

describe('parseCloneProgress', () => {
  it.each([
    [
      'Receiving objects:  45% (450/1000), 1.20 MiB | 500.00 KiB/s',
      'Receiving objects, 1.20 MiB | 500.00 KiB/s',
      45,
    ],
    ['Receiving objects: 100% (3/3), done.', 'Receiving objects', 100],
    ['remote: Counting objects:   7% (1/14)', 'Counting objects', 7],
    ['remote: Enumerating objects: 1204, done.', 'Enumerating objects', null],
    ['Resolving deltas:   0% (0/12)', 'Resolving deltas', 0],
    ['Updating files:  99% (99/100)', 'Updating files', 99],
  ])('reads %j', (line, detail, percent) => {
    expect(parseCloneProgress(line)).toEqual({ detail, percent });
  });

  it.each([
    "Cloning into '.cloning'...",
    'fatal: repository not found',
    'remote: Receiving objects soon',
    '',
  ])('leaves %j alone', (line) => expect(parseCloneProgress(line)).toBeNull());
});
