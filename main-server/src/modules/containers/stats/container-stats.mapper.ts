import type { ContainerStatsPoint, ContainerStatsResponse } from '@codex-webapp/contracts';
import type { Session } from '../../session-state/session.ts';
import type { SessionStats } from './session-stats.ts';
import type { StatsPoint } from './stats-ring.ts';

interface Around {
  readonly now: number;
  readonly problem: string | null;
  /** Of the session's size; null where that sets none. */
  readonly sizeCores: number | null;
}

/** `stats` is null before the first look. */
export function toContainerStatsResponse(
  session: Pick<Session, 'id' | 'containerStatus'>,
  stats: SessionStats | null,
  { now, problem, sizeCores }: Around,
): ContainerStatsResponse {
  return {
    sessionId: session.id,
    asOf: new Date(now).toISOString(),
    isRunning: session.containerStatus === 'running',
    unsupported: stats?.unsupported ?? [],
    problem,
    limits: {
      cpuCores: smallest(sizeCores, stats?.machineCores ?? null),
      memoryBytes: stats?.memoryLimitBytes ?? null,
      diskBytes: stats?.diskLimitBytes ?? null,
    },
    current: stats?.current ? toPoint(stats.current) : null,
    live: (stats?.series.live(now) ?? []).map(toPoint),
    lastHour: (stats?.series.lastHour(now) ?? []).map(toPoint),
  };
}

function toPoint({ at, cpuCores, memoryBytes, diskBytes }: StatsPoint): ContainerStatsPoint {
  // A thousandth of a core is less than what can be told apart.
  const cores = cpuCores === null ? null : Math.round(cpuCores * 1_000) / 1_000;
  return { at: new Date(at).toISOString(), cpuCores: cores, memoryBytes, diskBytes };
}

function smallest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
