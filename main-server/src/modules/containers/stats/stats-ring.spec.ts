import { describe, expect, it } from '@jest/globals';
import { StatsRing, type StatsPoint } from './stats-ring.ts';

function point(at: number, changes: Partial<StatsPoint> = {}): StatsPoint {
  return { at, cpuCores: at / 10, memoryBytes: at * 1_000, diskBytes: null, ...changes };
}

describe('StatsRing', () => {
  it('gives back what it was given, oldest first, and what was not measured as null', () => {
    const ring = new StatsRing(3);
    const points = [point(1), point(2, { cpuCores: null, diskBytes: 7 * 1024 ** 4 })];
    for (const one of points) ring.push(one);
    expect(ring.listSince(0)).toEqual(points);
  });

  it('keeps the newest ones alone', () => {
    const ring = new StatsRing(3);
    for (let at = 1; at <= 8; at += 1) ring.push(point(at));
    expect(ring.listSince(0)).toEqual([point(6), point(7), point(8)]);
  });

  it('leaves out what is older than asked for', () => {
    const ring = new StatsRing(3);
    for (const at of [10, 20, 30]) ring.push(point(at));
    expect(ring.listSince(20)).toEqual([point(20), point(30)]);
    expect(ring.listSince(31)).toEqual([]);
  });
});
