import { containerStatsTimes } from '@codex-webapp/contracts';
import { StatsRing, type StatsPoint } from './stats-ring.ts';

const { liveEveryMs, liveMs, hourMs } = containerStatsTimes;
const minuteMs = 60_000;

/** The last five minutes as they were seen, and the last hour by the minute. About 3.5 kB, from the first point on. */
export class StatsSeries {
  private readonly recent = new StatsRing(liveMs / liveEveryMs + 1);
  private readonly minutes = new StatsRing(hourMs / minuteMs + 1);
  /** The minute that is not over yet. */
  private open: StatsPoint | null = null;
  private openCpuPoints = 0;
  newestAt = 0;

  add(point: StatsPoint): void {
    this.newestAt = point.at;
    this.recent.push(point);
    if (this.open !== null && minuteOf(this.open) !== minuteOf(point)) {
      this.minutes.push(this.open);
      this.open = null;
      this.openCpuPoints = 0;
    }
    this.open = this.open === null ? point : this.merge(this.open, point);
    if (point.cpuCores !== null) this.openCpuPoints += 1;
  }

  live(now: number): readonly StatsPoint[] {
    return this.recent.listSince(now - liveMs);
  }

  lastHour(now: number): readonly StatsPoint[] {
    const past = this.minutes.listSince(now - hourMs);
    return this.open === null || this.open.at < now - hourMs ? past : [...past, this.open];
  }

  private merge(open: StatsPoint, point: StatsPoint): StatsPoint {
    const count = this.openCpuPoints;
    const cpuCores =
      point.cpuCores === null ? open.cpuCores : ((open.cpuCores ?? 0) * count + point.cpuCores) / (count + 1);
    return {
      at: point.at,
      cpuCores,
      memoryBytes: largest(open.memoryBytes, point.memoryBytes),
      diskBytes: point.diskBytes ?? open.diskBytes,
    };
  }
}

function minuteOf({ at }: StatsPoint): number {
  return Math.floor(at / minuteMs);
}

function largest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
