import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

describe('formatBytes', () => {
  it('has two digits at least, and no more than a person reads', () => {
    const sizes = [0, 999, 1_000, 9_540_000, 120_000_000_000, 5e18];
    expect(sizes.map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '9.5 MB', '120 GB', '5000000 TB']);
  });
});
