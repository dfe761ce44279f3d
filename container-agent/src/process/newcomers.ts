import { setTimeout as sleep } from 'node:timers/promises';
import { listTree, type ProcessTree, signalAll } from './kill-tree.ts';
import { type ProcessEntry, readProcess } from './process-table.ts';

const killDeadlineMs = 3_000;
const pollMs = 20;

/** What came into a tree since: neither there before, nor started by what was. The root's own children count. */
export function listNewcomers(tree: ProcessTree, earlier: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const known = new Set(earlier.filter(({ pid }) => pid !== tree.root?.pid).map(toKey));
  const living = new Map(listTree(tree).map((entry) => [entry.pid, entry]));
  const belongsToKnown = (entry: ProcessEntry | undefined): boolean => {
    if (!entry || entry.pid === tree.root?.pid) return false;
    return known.has(toKey(entry)) || belongsToKnown(living.get(entry.parentPid));
  };
  return [...living.values()].filter((entry) => entry.pid !== tree.root?.pid && !belongsToKnown(entry));
}

export interface Newcomers {
  readonly earlier: readonly ProcessEntry[];
  /** Those that were seen before something ended their parents: they may be nobody's by now. */
  readonly seen?: readonly ProcessEntry[];
}

/** Resolves when none of them is left, or after a deadline: then one hangs in the kernel. */
export async function killNewcomers(tree: ProcessTree, { earlier, seen = [] }: Newcomers): Promise<void> {
  const end = performance.now() + killDeadlineMs;
  for (;;) {
    const remaining = [...seen.filter(isAlive), ...listNewcomers(tree, earlier)];
    if (remaining.length === 0 || performance.now() > end) return;
    signalAll(remaining, 'SIGKILL');
    await sleep(pollMs);
  }
}

function isAlive({ pid, startTime }: ProcessEntry): boolean {
  const now = readProcess(pid);
  return now?.startTime === startTime && !now.isZombie;
}

/** Pids are used again. */
function toKey({ pid, startTime }: ProcessEntry): string {
  return `${pid} ${startTime}`;
}
