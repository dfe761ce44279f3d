/** What is measured of a session's container. */
export const containerStatNames = ['cpu', 'memory', 'disk'] as const;
export type ContainerStatName = (typeof containerStatNames)[number];

export const containerStatsTimes = {
  /** Between two looks at a session that somebody watches. */
  liveEveryMs: 10_000,
  /** Between two looks at one that nobody watches. */
  restEveryMs: 60_000,
  /** What `live` goes back. */
  liveMs: 5 * 60_000,
  /** What `lastHour` goes back. */
  hourMs: 60 * 60_000,
} as const;

/** What a session used at one time. Null where that was not measured. */
export interface ContainerStatsPoint {
  readonly at: string;
  /** 1 is one core that is busy all the time. */
  readonly cpuCores: number | null;
  /** Without what the kernel only caches of files. */
  readonly memoryBytes: number | null;
  /** The files of the session: workspace, home and state. May be some minutes older than the rest. */
  readonly diskBytes: number | null;
}

/** What a session may use at most; null where nothing limits it, or nobody can tell. */
export interface ContainerStatsLimits {
  readonly cpuCores: number | null;
  readonly memoryBytes: number | null;
  readonly diskBytes: number | null;
}

/** `GET /api/sessions/:id/container/stats` */
export interface ContainerStatsResponse {
  readonly sessionId: string;
  /** When this was answered, by the clock that all times in here are of. */
  readonly asOf: string;
  readonly isRunning: boolean;
  /** What its backend cannot tell. What is null and not named here is not known yet. */
  readonly unsupported: readonly ContainerStatName[];
  /** Why nothing new is known: the backend does not answer. */
  readonly problem: string | null;
  readonly limits: ContainerStatsLimits;
  /** The newest. Of a stopped container its disk alone; null before the first look. */
  readonly current: ContainerStatsPoint | null;
  /** One every 10 s while somebody looks, of the last five minutes, oldest first. */
  readonly live: readonly ContainerStatsPoint[];
  /** One a minute, oldest first: the mean of its processor time, the most of its memory. */
  readonly lastHour: readonly ContainerStatsPoint[];
}
