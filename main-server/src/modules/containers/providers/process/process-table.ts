import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { promisify } from 'node:util';

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Tells a process from a later one with the same pid. Opaque; compare only. */
  readonly startTime: string;
}

/** Every process that is not a zombie. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (platform() !== 'linux') return listWithPs();
  const names = await readdir('/proc');
  const entries = await Promise.all(names.filter(isPid).map((name) => findProcess(Number(name))));
  return entries.filter((entry) => entry !== null);
}

/** Null when there is no such process, or only its zombie. */
export async function findProcess(pid: number): Promise<ProcessEntry | null> {
  if (platform() !== 'linux') return (await listWithPs()).find((entry) => entry.pid === pid) ?? null;
  return readEntry(pid);
}

/**
 * Whether that very process is there, told at once. Where there is no /proc, a zombie and a later process with the same
 * pid pass for it: they are for whoever lists all of them now and then.
 */
export function isStillThere({
  pid,
  startTime,
}: {
  readonly pid: number;
  readonly startTime: string | null;
}): boolean {
  if (platform() === 'linux') {
    const entry = readEntry(pid);
    return entry !== null && (startTime === null || entry.startTime === startTime);
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process was started with `NAME=value` in its environment. False for strangers' processes. */
export async function hasEnvironment(pid: number, assignment: string): Promise<boolean> {
  return (await readList(pid, 'environ')).includes(assignment);
}

/** Whether the process has an environment and the assignment is not in it. It has none for a moment while it starts. */
export async function lacksEnvironment(pid: number, assignment: string): Promise<boolean> {
  const environment = (await readList(pid, 'environ')).filter((one) => one !== '');
  return environment.length > 0 && !environment.includes(assignment);
}

/** Whether the process was started with this argument. Unlike the environment, its children do not inherit it. */
export async function hasArgument(pid: number, argument: string): Promise<boolean> {
  return (await readList(pid, 'cmdline')).includes(argument);
}

/** Whether this system can answer `hasEnvironment`. */
export const canReadEnvironment = platform() === 'linux';

async function readList(pid: number, file: 'environ' | 'cmdline'): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0');
  } catch {
    // Gone, or another user's.
    return [];
  }
}

function readEntry(pid: number): ProcessEntry | null {
  try {
    // The kernel answers this one out of memory, in less time than a way to another thread takes.
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // The process ended between the look and the read.
    return null;
  }
}

/** `comm` may hold spaces and parentheses, so fields are counted from its last parenthesis. */
function parseStat(pid: number, stat: string): ProcessEntry | null {
  const [state, parentPid, groupId, sessionId, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[15];
  if (state === 'Z' || state === 'X' || startTime === undefined) return null;
  return {
    pid,
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    sessionId: Number(sessionId),
    startTime,
  };
}

/** Where there is no /proc. `sess` is not portable, so the group stands for it. */
async function listWithPs(): Promise<readonly ProcessEntry[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,state=,lstart='], {
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, state, ...started] = line.trim().split(/\s+/);
    if (state === undefined || state.startsWith('Z')) return [];
    const group = Number(groupId);
    return [
      {
        pid: Number(pid),
        parentPid: Number(parentPid),
        groupId: group,
        sessionId: group,
        startTime: started.join(' '),
      },
    ];
  });
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name);
}
