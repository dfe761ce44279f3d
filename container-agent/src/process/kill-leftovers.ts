import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessEntry, readProcess } from './process-table.ts';

type ProcessId = Pick<ProcessEntry, 'pid' | 'startTime'>;

export interface LeftoverOptions {
  /** Whoever still hangs on this process is no leftover. */
  readonly parent: number;
  readonly keep: readonly ProcessId[];
}

const deadlineMs = 300;
const pollMs = 20;

/**
 * Kills what a program left behind: processes of its tree (`list`) that it did not have before, and that nothing leads
 * from to the program any more. Resolves when there are none, or after 300 ms.
 */
export async function killLeftovers(
  list: () => readonly ProcessEntry[],
  { parent, keep }: LeftoverOptions,
): Promise<void> {
  const kept = new Set(keep.map(nameOf));
  const end = performance.now() + deadlineMs;
  for (;;) {
    const tree = list();
    const parents = new Map(tree.map(({ pid, parentPid }) => [pid, parentPid]));
    const leftovers = tree.filter(
      (entry) => !kept.has(nameOf(entry)) && !leadsTo(parent, entry.pid, parents),
    );
    if (leftovers.length === 0 || performance.now() > end) return;
    for (const leftover of leftovers) kill(leftover);
    await sleep(pollMs);
  }
}

function leadsTo(parent: number, pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at))
    if (at === parent) return true;
  return false;
}

function kill({ pid, startTime }: ProcessId): void {
  if (readProcess(pid)?.startTime !== startTime) return; // The pid is someone else's by now.
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the two lines.
  }
}

function nameOf({ pid, startTime }: ProcessId): string {
  return `${pid} ${startTime}`;
}
