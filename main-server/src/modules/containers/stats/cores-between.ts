import type { CpuCount } from '../providers/container-provider.ts';

/**
 * How many cores were busy between two readings. Null where that cannot be said: there is no earlier reading, the
 * container was started anew, or what was counted has left with a process that ended.
 */
export function coresBetween(earlier: CpuCount | null, later: CpuCount): number | null {
  if (earlier === null || earlier.run !== later.run) return null;
  const seconds = (later.at - earlier.at) / 1_000;
  const usedSeconds = later.usedSeconds - earlier.usedSeconds;
  return seconds > 0 && usedSeconds >= 0 ? usedSeconds / seconds : null;
}
