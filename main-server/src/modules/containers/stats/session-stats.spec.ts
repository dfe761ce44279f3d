import { describe, expect, it } from '@jest/globals';
import type { ContainerStats } from '../providers/container-provider.ts';
import { SessionStats } from './session-stats.ts';

const begin = Date.UTC(2026, 0, 1, 12);
const seconds = (count: number): number => begin + count * 1_000;
const memory = { usedBytes: 5, limitBytes: 10 };

function counted(second: number, usedSeconds: number, run = 'one'): ContainerStats {
  return { sessionId: 'x', cpu: { run, usedSeconds, at: seconds(second), machineCores: 2 }, memory };
}

describe('SessionStats', () => {
  it('knows the processor time from the second reading on', () => {
    const stats = new SessionStats();
    stats.take(counted(0, 3), seconds(0));
    expect([stats.current?.cpuCores, stats.needsAnotherLook]).toEqual([null, true]);
    stats.take(counted(10, 8), seconds(10));
    expect([stats.current?.cpuCores, stats.needsAnotherLook]).toEqual([0.5, false]);
    expect(stats).toMatchObject({ machineCores: 2, memoryLimitBytes: 10, unsupported: [] });
  });

  it('begins anew with a container that was started again', () => {
    const stats = new SessionStats();
    stats.take(counted(0, 3), seconds(0));
    stats.take(counted(10, 8), seconds(10));
    stats.take(counted(20, 9, 'two'), seconds(20));
    expect(stats.current?.cpuCores).toBeNull();
    stats.take(counted(30, 19, 'two'), seconds(30));
    expect(stats.current?.cpuCores).toBe(1);
  });

  it('takes what a backend has measured itself', () => {
    const stats = new SessionStats();
    stats.take({ sessionId: 'x', cpu: { cores: 0.125 }, memory, disk: null }, seconds(0));
    expect(stats.current).toMatchObject({ cpuCores: 0.125, memoryBytes: 5, diskBytes: null });
    expect([stats.unsupported, stats.needsAnotherLook]).toEqual([['disk'], false]);
  });

  it('keeps of a stopped one its files and what was before', () => {
    const stats = new SessionStats();
    stats.take({ ...counted(0, 3), disk: { usedBytes: 7, limitBytes: 9 } }, seconds(0));
    stats.markStopped();
    expect(stats.current).toEqual({ at: seconds(0), cpuCores: null, memoryBytes: null, diskBytes: 7 });
    stats.take({ sessionId: 'x', disk: { usedBytes: 8, limitBytes: 9 } }, seconds(60));
    expect(stats.current).toEqual({ at: seconds(60), cpuCores: null, memoryBytes: null, diskBytes: 8 });
    expect(stats.isRunning).toBe(false);
    expect(stats.series.lastHour(seconds(60))).toHaveLength(1);
    expect(stats).toMatchObject({ memoryLimitBytes: 10, diskLimitBytes: 9 });
  });

  it('draws nothing of what cannot be told at all', () => {
    const stats = new SessionStats();
    stats.take({ sessionId: 'x', cpu: null, memory: null, disk: null }, seconds(0));
    expect(stats.unsupported).toEqual(['cpu', 'memory', 'disk']);
    expect(stats.series.lastHour(seconds(0))).toEqual([]);
  });
});
