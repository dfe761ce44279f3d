import { hasEnvironment, listProcesses, type ProcessEntry } from './process-table.ts';

export interface TreeRoot {
  /** Null when the root itself is gone. */
  readonly pid: number | null;
  /** `NAME=value` that everything started from the root inherits unless it cleans its environment. */
  readonly marker: string;
}

/**
 * The root, its descendants, what is in their groups and terminal sessions, and whatever carries the marker. Taken
 * before killing: afterwards the parents that connect them are gone.
 */
export async function collectTree(root: TreeRoot): Promise<readonly ProcessEntry[]> {
  const all = await listProcesses();
  const marked = await Promise.all(all.map((entry) => hasEnvironment(entry.pid, root.marker)));
  const seeds = all.filter((entry, index) => entry.pid === root.pid || marked[index]);
  return selectTree(all, seeds);
}

/**
 * Everything that hangs on the seeds. Group, session and parent 0 mean «none» (kernel threads, pid 1) and 1 means
 * «orphaned»: neither ever connects two processes. Ourselves and our ancestors are never part of it.
 */
export function selectTree(
  all: readonly ProcessEntry[],
  seeds: readonly ProcessEntry[],
  self: number = process.pid,
): readonly ProcessEntry[] {
  const spared = ancestorsOf(all, self);
  const isTakeable = (entry: ProcessEntry): boolean => entry.pid > 1 && !spared.has(entry.pid);
  const found = new Map(seeds.filter(isTakeable).map((entry) => [entry.pid, entry]));
  const candidates = all.filter(isTakeable);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const entry of candidates) {
      // A group or session is named by the pid of the process that made it.
      const links = [entry.parentPid, entry.groupId, entry.sessionId];
      if (links.some((link) => link > 1 && found.has(link))) found.set(entry.pid, entry);
    }
  }
  return [...found.values()];
}

/** Resolves when nothing of the tree is left. Processes that fork while they are killed are caught by the next round. */
export async function killTree(
  root: TreeRoot,
  known: readonly ProcessEntry[],
  wait: (ms: number) => Promise<void>,
): Promise<boolean> {
  let remembered = known;
  for (let round = 0; round < killRounds; round += 1) {
    const alive = merge(await collectTree(root), await stillAlive(remembered));
    if (alive.length === 0) return true;
    for (const entry of alive) signalProcess(entry.pid, 'SIGKILL');
    remembered = alive;
    await wait(killPauseMs);
  }
  return false;
}

/** False when it was gone already. Never signals a group (0 and below), pid 1 or ourselves. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

const killRounds = 100;
const killPauseMs = 20;

function ancestorsOf(all: readonly ProcessEntry[], pid: number): ReadonlySet<number> {
  const parents = new Map(all.map((entry) => [entry.pid, entry.parentPid]));
  const ancestors = new Set<number>();
  for (let next: number | undefined = pid; next && !ancestors.has(next); next = parents.get(next)) {
    ancestors.add(next);
  }
  return ancestors;
}

async function stillAlive(known: readonly ProcessEntry[]): Promise<readonly ProcessEntry[]> {
  const startTimes = new Map((await listProcesses()).map((entry) => [entry.pid, entry.startTime]));
  return known.filter((entry) => startTimes.get(entry.pid) === entry.startTime);
}

function merge(...lists: readonly (readonly ProcessEntry[])[]): readonly ProcessEntry[] {
  return [...new Map(lists.flat().map((entry) => [entry.pid, entry])).values()];
}
