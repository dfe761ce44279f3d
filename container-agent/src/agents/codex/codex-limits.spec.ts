import { describe, expect, it } from '@jest/globals';
import { toLimitReset } from './codex-limits.ts';

describe('toLimitReset', () => {
  it('is the reset of the limit that is used up, and the later of two', () => {
    const full = { usedPercent: 100, resetsAt: 1_000 };
    const later = { usedPercent: 100, resetsAt: 9_000 };
    expect(toLimitReset({ primary: full, secondary: { usedPercent: 40, resetsAt: 9_000 } })).toBe(1_000_000);
    expect(toLimitReset({ primary: full, secondary: later })).toBe(9_000_000);
  });

  it('is not known where nothing is used up, or codex does not say', () => {
    expect(toLimitReset({ primary: { usedPercent: 99, resetsAt: 1_000 }, secondary: null })).toBeNull();
    expect(toLimitReset({ primary: { usedPercent: 100 } })).toBeNull();
    expect(toLimitReset({})).toBeNull();
  });
});
