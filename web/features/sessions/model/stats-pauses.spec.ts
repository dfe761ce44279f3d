import { describe, expect, it } from '@jest/globals';
import type { ContainerStatsPoint } from '@codex-webapp/contracts/containers';
import { pauseAfter, pauseAfterFailures } from './stats-pauses.ts';

const point: ContainerStatsPoint = { at: '2026-11-27T10:00:00Z', cpuCores: 1, memoryBytes: 1, diskBytes: 1 };
const running = { current: point, isRunning: true, unsupported: [], problem: null } as const;

describe('pauseAfter', () => {
  it('is ten seconds for a session that runs, and a minute for one that does not', () => {
    expect(pauseAfter(running)).toBe(10_000);
    expect(pauseAfter({ ...running, isRunning: false })).toBe(60_000);
  });

  it('is short until the first measurement is there', () => {
    expect(pauseAfter({ ...running, current: null })).toBe(1_500);
    expect(pauseAfter({ ...running, current: { ...point, cpuCores: null } })).toBe(1_500);
  });

  it('is ten seconds for a stopped one whose files are not measured yet', () => {
    const stopped = { ...running, isRunning: false, current: { ...point, diskBytes: null } };
    expect(pauseAfter(stopped)).toBe(10_000);
    expect(pauseAfter({ ...stopped, unsupported: ['disk'] })).toBe(60_000);
  });

  it('is not short for what will never be told, or not now', () => {
    const current = { ...point, cpuCores: null };
    expect(pauseAfter({ ...running, current, unsupported: ['cpu'] })).toBe(10_000);
    expect(pauseAfter({ ...running, current, problem: 'away' })).toBe(10_000);
  });
});

describe('pauseAfterFailures', () => {
  it('grows to a minute', () => {
    expect([1, 2, 3, 4, 50].map(pauseAfterFailures)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});
