import { describe, expect, it } from '@jest/globals';
import type { CpuCount } from '../providers/container-provider.ts';
import { coresBetween } from './cores-between.ts';

const at = Date.UTC(2026, 0, 1);

function count(seconds: number, usedSeconds: number, run = 'one'): CpuCount {
  return { run, usedSeconds, at: at + seconds * 1_000, machineCores: 4 };
}

describe('coresBetween', () => {
  it('says how many cores were busy in between', () => {
    expect(coresBetween(count(0, 100), count(10, 115))).toBe(1.5);
    expect(coresBetween(count(0, 100), count(10, 100))).toBe(0);
  });

  it('says nothing of a first reading', () => {
    expect(coresBetween(null, count(10, 115))).toBeNull();
  });

  it('does not take the next run of a container for the same one, whatever it has used meanwhile', () => {
    expect(coresBetween(count(0, 100), count(60, 3, 'two'))).toBeNull();
    expect(coresBetween(count(0, 1), count(60, 30, 'two'))).toBeNull();
  });

  it('says nothing when what was counted is gone', () => {
    expect(coresBetween(count(0, 100), count(10, 40))).toBeNull();
  });

  it('says nothing of no time at all, or of one that goes backwards', () => {
    expect(coresBetween(count(10, 100), count(10, 101))).toBeNull();
    expect(coresBetween(count(10, 100), count(5, 101))).toBeNull();
  });
});
