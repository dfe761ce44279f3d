export interface Pooled {
  readonly sessionId: string;
  /**
   * `lost`: its link is down for a moment, or its backend is away. `ended`: it will not come back by itself. `used`: it
   * is not what it was made for.
   */
  readonly stage: 'starting' | 'ready' | 'lost' | 'ended' | 'used';
  readonly recipe: string;
  readonly madeAt: number;
}

export interface PoolState {
  readonly pooled: readonly Pooled[];
  /** How many shall wait. */
  readonly size: number;
  /** What they shall be made from; null when that is not known now: then none is made, and none is too old. */
  readonly recipe: string | null;
  /** How many more could run on this server; negative when too many do. */
  readonly free: number;
  /** When some had ended, oldest first. */
  readonly endedAt: readonly number[];
}

export interface PoolPlan {
  /** To be known no longer; their data is somebody's, and stays. */
  readonly forget: readonly string[];
  readonly remove: readonly string[];
  readonly make: number;
}

/** What comes with the image and is renewed by itself, as certificates and lists of packages, is no older than that. */
export const pooledMaxMs = 12 * 60 * 60_000;
/** Ends that are longer ago say nothing any more. */
export const endsMemoryMs = 30 * 60_000;
/** After so many ends; the first may have been a hiccup. */
const pausesMs: readonly number[] = [0, 30_000, 2 * 60_000, 10 * 60_000];

/** What has to be done so that as many wait as shall. Done again it finds nothing to do. */
export function planPool({ pooled, size, recipe, free, endedAt }: PoolState, now: number): PoolPlan {
  const isGood = ({ stage, recipe: own, madeAt }: Pooled): boolean => {
    if (stage === 'ended' || stage === 'used') return false;
    // What is lost is waited for in any case: only then it is known whether it was used.
    return recipe === null || stage === 'lost' || (own === recipe && now - madeAt < pooledMaxMs);
  };
  const good = pooled.filter(isGood).sort(byWorth);
  const running = pooled.filter(({ stage }) => stage !== 'ended');
  const forget = pooled.filter(({ stage }) => stage === 'used').map(({ sessionId }) => sessionId);
  // What is taken away makes room for what follows it.
  const placeFor = Math.max(0, running.length + free);
  const kept = new Set(good.slice(0, Math.min(size, placeFor)).map(({ sessionId }) => sessionId));
  const missing = Math.min(size, placeFor) - kept.size;
  const gone = pooled.filter(({ sessionId, stage }) => stage !== 'used' && !kept.has(sessionId));
  return {
    forget,
    remove: gone.map(({ sessionId }) => sessionId),
    make: recipe === null || isPausing(endedAt, now) ? 0 : missing,
  };
}

/** Which ones to give up for somebody who needs the room: those of least use first. */
export function choosePooled(pooled: readonly Pooled[], count: number): readonly string[] {
  return pooled
    .filter(({ stage }) => stage !== 'ended' && stage !== 'used')
    .sort(byWorth)
    .toReversed()
    .slice(0, count)
    .map(({ sessionId }) => sessionId);
}

function isPausing(endedAt: readonly number[], now: number): boolean {
  const recent = endedAt.filter((at) => now - at < endsMemoryMs);
  const last = recent.at(-1);
  if (last === undefined) return false;
  const pauseMs = pausesMs[Math.min(recent.length, pausesMs.length) - 1] ?? 0;
  return now - last < pauseMs;
}

/** Those that can be claimed first, then those that have most of their time before them. */
function byWorth(one: Pooled, other: Pooled): number {
  return rank[one.stage] - rank[other.stage] || other.madeAt - one.madeAt;
}

const rank: Readonly<Record<Pooled['stage'], number>> = {
  ready: 0,
  starting: 1,
  lost: 2,
  ended: 3,
  used: 4,
};
