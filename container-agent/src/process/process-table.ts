import { readdirSync, readFileSync } from 'node:fs';

/** One line of /proc, as it was at one moment. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Ticks since boot; with the pid it names a process for ever, although pids are used again. */
  readonly startTime: string;
  readonly isZombie: boolean;
  /** The first 15 bytes of the program's file name. */
  readonly name: string;
}

/** Every process we can see. One that ends while we look is left out. Empty where there is no /proc. */
export function readProcessTable(): readonly ProcessEntry[] {
  return listPids().flatMap((pid) => readProcess(pid) ?? []);
}

/** Null when it is gone. */
export function readProcess(pid: number): ProcessEntry | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold spaces and parentheses itself, so start after the last one.
  const [state, parentPid, groupId, sessionId, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    sessionId: Number(sessionId),
    startTime: rest[15] ?? '',
    isZombie: state === 'Z' || state === 'X',
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
  };
}

/** Whether the environment a process was started with holds exactly this variable. */
export function hasEnvironmentVariable(pid: number, name: string, value: string): boolean {
  return readText(`/proc/${pid}/environ`)?.split('\0').includes(`${name}=${value}`) ?? false;
}

function listPids(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return []; // No /proc on this system: only the process itself can be ended.
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // Gone, or not ours to read.
  }
}
