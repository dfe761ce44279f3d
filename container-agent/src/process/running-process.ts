import { type ChildProcess, spawn } from 'node:child_process';
import { type Readable, Writable } from 'node:stream';
import { markerVariable } from './environment.ts';
import { killTree, listTree, type KillOptions } from './kill-tree.ts';
import { killNewcomers, listNewcomers, type Newcomers } from './newcomers.ts';
import { readProcess, type ProcessEntry } from './process-table.ts';

export interface ProcessOptions {
  readonly cwd: string;
  /** The whole environment; nothing is inherited. See `agentEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Goes into the environment, so that whatever the process starts is found again: a turn's id, or a driver's own. */
  readonly marker: string;
  /** `none`: reading finds the end at once. */
  readonly stdin: 'none' | 'pipe';
  /** Each can be read once, from descriptor 3, 4, …; unlike variables they are not handed on to what it starts. */
  readonly secrets?: readonly string[];
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that could not be started: absent, not executable, a missing folder. */
export class ProcessStartError extends Error {
  /** ENOENT, EACCES, … */
  readonly code: string;

  constructor(file: string, cause: NodeJS.ErrnoException) {
    super(`${file} cannot be started (${cause.code ?? cause.message})`, { cause });
    this.name = 'ProcessStartError';
    this.code = cause.code ?? 'UNKNOWN';
  }
}

/** A started program, in a session and process group of its own. */
export interface RunningProcess {
  readonly pid: number;
  /** Null without `stdin: 'pipe'`. Has an error listener: writing to a dead program fails quietly. */
  readonly stdin: Writable | null;
  /** Paused until someone reads; the program waits when nobody does. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The program itself ended; what it started may still run and hold the pipes. Never rejects. */
  readonly exited: Promise<ProcessExit>;

  /** What still runs of it and of all it started. */
  list(): readonly ProcessEntry[];

  /** What it started since `earlier` was listed, and what that started. */
  listSince(earlier: readonly ProcessEntry[]): readonly ProcessEntry[];

  /** Ends what `listSince` lists, or did, at once. Resolves when it is gone; the program goes on. */
  killSince(newcomers: Newcomers): Promise<void>;

  /** Ends it and all it started; see `killTree`. Resolves when they are gone. Repeating it succeeds. */
  kill(options?: KillOptions): Promise<void>;
}

/** Starts a program from an argument list, never through a shell. @throws ProcessStartError */
export function startProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<RunningProcess> {
  return new Promise((resolve, reject) => {
    const child = spawnOrThrow(file, args, options);
    const exited = new Promise<ProcessExit>((resolveExit) => {
      child.once('exit', (code, signal) => resolveExit({ code, signal }));
    });
    child.once('error', (error) => reject(new ProcessStartError(file, error)));
    child.once('spawn', () => {
      const { pid, stdin, stdout, stderr, stdio } = child;
      if (pid === undefined || !stdout || !stderr)
        return reject(new ProcessStartError(file, new Error('no pipes')));
      // Without a listener an EPIPE would end us; the exit says it all.
      for (const stream of stdio) stream?.on('error', () => undefined);
      (options.secrets ?? []).forEach((secret, index) => writeSecret(stdio[index + 3], secret));
      const tree = { root: { pid, startTime: readProcess(pid)?.startTime ?? '' }, marker: options.marker };
      resolve({
        pid,
        stdin,
        stdout,
        stderr,
        exited,
        list: () => listTree(tree),
        listSince: (earlier) => listNewcomers(tree, earlier),
        killSince: (newcomers) => killNewcomers(tree, newcomers),
        kill: async (killOptions) => {
          await killTree(tree, killOptions);
        },
      });
    });
  });
}

/** Some failures are thrown (a list of arguments that is too long), others come as an event. */
function spawnOrThrow(file: string, args: readonly string[], options: ProcessOptions): ChildProcess {
  try {
    return spawn(file, [...args], {
      cwd: options.cwd,
      env: { ...options.env, [markerVariable]: options.marker },
      stdio: [
        options.stdin === 'pipe' ? 'pipe' : 'ignore',
        'pipe',
        'pipe',
        ...(options.secrets ?? []).map(() => 'pipe' as const),
      ],
      detached: true,
      shell: false,
    });
  } catch (error) {
    throw new ProcessStartError(file, error as NodeJS.ErrnoException);
  }
}

function writeSecret(stream: Readable | Writable | null | undefined, secret: string): void {
  if (stream instanceof Writable) stream.end(secret);
}
