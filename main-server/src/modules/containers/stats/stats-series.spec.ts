import { describe, expect, it } from '@jest/globals';
import type { StatsPoint } from './stats-ring.ts';
import { StatsSeries } from './stats-series.ts';

const begin = Date.UTC(2026, 0, 1, 12);
const seconds = (count: number): number => begin + count * 1_000;

function point(at: number, cpuCores: number | null, memoryBytes = 1, diskBytes: number | null = null) {
  return { at, cpuCores, memoryBytes, diskBytes } satisfies StatsPoint;
}

describe('StatsSeries', () => {
  it('keeps five minutes as they were seen, and an hour by the minute', () => {
    const series = new StatsSeries();
    for (let second = 0; second <= 2 * 60 * 60; second += 10) series.add(point(seconds(second), 1));
    const now = seconds(2 * 60 * 60);
    const live = series.live(now);
    expect(live).toHaveLength(31);
    expect(live[0]?.at).toBe(now - 5 * 60_000);
    const hour = series.lastHour(now);
    expect(hour).toHaveLength(61);
    expect(hour.at(-1)?.at).toBe(now);
    for (const [index, one] of hour.slice(1).entries())
      expect(one.at - (hour[index]?.at ?? 0)).toBeLessThanOrEqual(60_000);
  });

  it('tells of a minute the mean of its processor time, the most of its memory and the last of its files', () => {
    const series = new StatsSeries();
    series.add(point(seconds(0), null, 5, 100));
    series.add(point(seconds(10), 1, 9));
    series.add(point(seconds(20), 2, 3, 300));
    series.add(point(seconds(60), 4, 1));
    expect(series.lastHour(seconds(60))).toEqual([point(seconds(20), 1.5, 9, 300), point(seconds(60), 4, 1)]);
  });

  it('tells of the minute that is not over', () => {
    const series = new StatsSeries();
    series.add(point(seconds(0), 0.5));
    expect(series.lastHour(seconds(1))).toEqual([point(seconds(0), 0.5)]);
  });

  it('lets go of what is older, also when nothing new comes', () => {
    const series = new StatsSeries();
    series.add(point(seconds(0), 1));
    series.add(point(seconds(60), 1));
    expect(series.live(seconds(5 * 60 + 30))).toEqual([point(seconds(60), 1)]);
    expect(series.lastHour(seconds(60 * 60 + 30))).toEqual([point(seconds(60), 1)]);
    expect(series.lastHour(seconds(62 * 60))).toEqual([]);
  });
});
