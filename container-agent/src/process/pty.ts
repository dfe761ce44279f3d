import type { IPty } from '@lydell/node-pty';
import { markerVariable } from './environment.ts';
import { killTree, listTree } from './kill-tree.ts';
import { readProcess } from './process-table.ts';

export interface PtyOptions {
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  /** The whole environment; nothing is inherited. See `agentEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Goes into the environment, so that whatever the program starts is found again. */
  readonly marker: string;
}

/** A program on a terminal of its own. */
export interface Pty {
  readonly pid: number;
  /** The program ended and all its output was read. Never rejects. */
  readonly exited: Promise<{ readonly exitCode: number }>;

  /** Bytes as they are written, cut anywhere. One listener. */
  onData(listener: (chunk: Buffer) => void): void;

  write(data: string): void;

  resize(cols: number, rows: number): void;

  /** Stops reading: the program waits once the kernel's buffer is full. */
  pause(): void;

  resume(): void;

  /** Whether the program, or something it started, still runs. */
  isAlive(): boolean;

  /** Ends the program and all it started, as a closed window does; see `killTree`. Repeating it succeeds. */
  kill(): Promise<void>;
}

/** The native part cannot be loaded on this system. */
export class PtyUnavailableError extends Error {
  constructor(cause: unknown) {
    super('Terminals need a native program that does not load on this system', { cause });
    this.name = 'PtyUnavailableError';
  }
}

/** Starts a program from an argument list, never through a shell. @throws PtyUnavailableError, or why it cannot start */
export async function startPty(file: string, args: readonly string[], options: PtyOptions): Promise<Pty> {
  const { spawn } = await loadNodePty();
  const { cols, rows, cwd, env, marker } = options;
  const child = spawn(file, [...args], {
    cols,
    rows,
    cwd,
    env: { ...env, [markerVariable]: marker },
    name: env['TERM'] ?? 'xterm-256color',
    // Bytes: what is cut in the middle of a character is put together where it is drawn.
    encoding: null,
  });
  return toPty(child, marker);
}

function toPty(child: IPty, marker: string): Pty {
  const { pid } = child;
  let hasExited = false;
  const exited = new Promise<{ exitCode: number }>((resolve) => {
    child.onExit(({ exitCode }) => {
      hasExited = true;
      resolve({ exitCode });
    });
  });
  const tree = { root: { pid, startTime: readProcess(pid)?.startTime ?? '' }, marker };
  return {
    pid,
    exited,
    onData: (listener) => {
      // Its types know strings alone, whatever the encoding.
      child.onData((chunk: unknown) => listener(chunk as Buffer));
    },
    write: (data) => {
      if (!hasExited) child.write(data);
    },
    resize: (cols, rows) => {
      if (!hasExited) child.resize(cols, rows);
    },
    pause: () => child.pause(),
    resume: () => child.resume(),
    isAlive: () => listTree(tree).length > 0,
    kill: async () => {
      // What was stopped in the middle of a flood would never read that it is over.
      child.resume();
      if (!hasExited) child.kill('SIGHUP');
      await killTree(tree);
    },
  };
}

/** With the first terminal: most sessions never need it. */
async function loadNodePty(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (cause) {
    throw new PtyUnavailableError(cause);
  }
}
