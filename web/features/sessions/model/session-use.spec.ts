import { describe, expect, it } from '@jest/globals';
import type { ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import { inWords, usesOf } from './session-use.ts';

const mebibyte = 1024 ** 2;

function stats(overrides: Partial<ContainerStatsResponse> = {}): ContainerStatsResponse {
  return {
    sessionId: 's1',
    asOf: '2026-11-27T10:00:00.000Z',
    isRunning: true,
    unsupported: [],
    problem: null,
    limits: { cpuCores: 2, memoryBytes: 4_096 * mebibyte, diskBytes: null },
    current: { at: '2026-11-27T10:00:00.000Z', cpuCores: 0.42, memoryBytes: 312 * mebibyte, diskBytes: null },
    live: [],
    lastHour: [],
    ...overrides,
  };
}

describe('usesOf', () => {
  it('says what is in use and what may be', () => {
    const [cpu, memory, disk] = usesOf(stats());
    expect(cpu).toMatchObject({ now: '0.42 cores', limit: '2 cores', isNearLimit: false });
    expect(memory).toMatchObject({ now: '312 MB', limit: '4 GB', isNearLimit: false });
    expect(disk).toMatchObject({ now: null, limit: null, isUnsupported: false, isNearLimit: false });
  });

  it('knows what is near its limit', () => {
    const current = { at: '', cpuCores: 1.9, memoryBytes: 3_000 * mebibyte, diskBytes: 5 };
    expect(usesOf(stats({ current })).map(({ isNearLimit }) => isNearLimit)).toEqual([true, false, false]);
  });

  it('knows nothing before the first look, and what will never be told', () => {
    const uses = usesOf(stats({ current: null, unsupported: ['disk'] }));
    expect(uses.map(({ now }) => now)).toEqual([null, null, null]);
    expect(uses.map(({ isUnsupported }) => isUnsupported)).toEqual([false, false, true]);
  });
});

describe('inWords', () => {
  it.each([
    ['cpu', 0, '0 cores'],
    ['cpu', 0.003, '0 cores'],
    ['cpu', 0.05, '0.05 cores'],
    ['cpu', 1, '1 core'],
    ['cpu', 1.46, '1.5 cores'],
    ['cpu', 12.4, '12 cores'],
    ['memory', 0, '0 B'],
    ['memory', 1023.9 * 1024, '1 MB'],
    ['memory', 300.4 * mebibyte, '300 MB'],
    ['disk', 1.26 * 1024 ** 3, '1.3 GB'],
    ['disk', 20 * 1024 ** 3, '20 GB'],
  ] as const)('says %s %p as %s', (name, value, words) => {
    expect(inWords(name, value)).toBe(words);
  });
});
