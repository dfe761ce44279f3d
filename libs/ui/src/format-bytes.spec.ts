import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

const mebibyte = 1024 ** 2;

describe('formatBytes', () => {
  it('tells no more than a person reads', () => {
    const sizes = [0, 812, 12_288, 3.42 * mebibyte, 10 * mebibyte, 120 * 1024 * mebibyte];
    expect(sizes.map(formatBytes)).toEqual(['0 B', '812 B', '12 kB', '3.4 MB', '10 MB', '120 GB']);
  });

  it('goes on to the next unit before it says 1024 of one', () => {
    expect(formatBytes(1024 * 1024 - 1)).toBe('1 MB');
  });
});
