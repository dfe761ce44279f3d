import { setTimeout as sleep } from 'node:timers/promises';
import { markerVariable } from './environment.ts';
import { hasEnvironmentVariable, readProcess, readProcessTable, type ProcessEntry } from './process-table.ts';

export interface ProcessTree {
  /** As it was when it started, dead or alive by now; null when only the marker is known. */
  readonly root: Pick<ProcessEntry, 'pid' | 'startTime'> | null;
  readonly marker: string;
}

export interface KillOptions {
  /** Between SIGTERM and SIGKILL. 500 ms when absent; 0 kills at once. */
  readonly graceMs?: number;
}

/** How long SIGKILL may take; longer means a process hangs in the kernel. */
const killDeadlineMs = 3_000;
const pollMs = 20;

/**
 * Ends a process and all it started: children, members of its groups and sessions, and whoever carries the marker in
 * its environment, which also finds those that left parent, group and session. Resolves with the pids that survived
 * SIGKILL, normally none. Ending what has ended succeeds.
 */
export async function killTree(tree: ProcessTree, options: KillOptions = {}): Promise<readonly number[]> {
  const known = new Map<number, ProcessEntry>();
  // Looked up before the first signal: once a parent is dead, its children are nobody's.
  collectTree(tree, known);
  const graceMs = options.graceMs ?? 500;
  if (graceMs > 0 && known.size > 0) {
    signalAll(known.values(), 'SIGTERM');
    await waitUntilGone(tree, known, graceMs, () => undefined);
  }
  await waitUntilGone(tree, known, killDeadlineMs, () => signalAll(known.values(), 'SIGKILL'));
  return [...known.keys()];
}

/** The living processes of a tree. */
export function listTree(tree: ProcessTree): readonly ProcessEntry[] {
  const known = new Map<number, ProcessEntry>();
  collectTree(tree, known);
  return [...known.values()];
}

async function waitUntilGone(
  tree: ProcessTree,
  known: Map<number, ProcessEntry>,
  deadlineMs: number,
  onEachLook: () => void,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    collectTree(tree, known);
    if (known.size === 0 || performance.now() > end) return;
    onEachLook();
    await sleep(pollMs);
  }
}

/** Adds what belongs to the tree now, and forgets what has ended. */
function collectTree(tree: ProcessTree, known: Map<number, ProcessEntry>): void {
  const table = readProcessTable().filter(
    (entry) => !entry.isZombie && entry.pid !== process.pid && entry.pid > 1,
  );
  const living = new Map(table.map((entry) => [entry.pid, entry]));
  const kin = new Set<number>();
  // A dead root still names the group and the session it led; a living stranger with its pid proves that both are empty.
  if (tree.root && (living.get(tree.root.pid)?.startTime ?? tree.root.startTime) === tree.root.startTime) {
    kin.add(tree.root.pid);
  }
  for (const [pid, entry] of known) {
    if (living.get(pid)?.startTime === entry.startTime) kin.add(pid);
    else known.delete(pid);
  }
  for (const { pid, groupId } of table) {
    // Threads of the kernel have no group and no environment; a machine has a hundred of them.
    if (groupId > 0 && hasEnvironmentVariable(pid, markerVariable, tree.marker)) kin.add(pid);
  }
  const own = readProcess(process.pid);
  for (let grew = true; grew;) {
    grew = false;
    for (const entry of table) {
      if (kin.has(entry.pid)) continue;
      const isOwnGroup = entry.groupId === own?.groupId || entry.sessionId === own?.sessionId;
      const isLedByKin = !isOwnGroup && (kin.has(entry.groupId) || kin.has(entry.sessionId));
      if (kin.has(entry.parentPid) || isLedByKin) {
        kin.add(entry.pid);
        grew = true;
      }
    }
  }
  for (const pid of kin) {
    const entry = living.get(pid);
    if (entry && !known.has(pid)) known.set(pid, entry);
  }
}

export function signalAll(entries: Iterable<ProcessEntry>, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const { pid, startTime } of entries) {
    if (readProcess(pid)?.startTime !== startTime) continue; // The pid is someone else's by now.
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the two lines.
    }
  }
}
