import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What an image is here. */
export type Program =
  /** A Node program, run as a real process. */
  | { readonly entryFile: string }
  /** Nothing is run: it counts as running until it is stopped. For tests of many at once. */
  | { readonly stands: true }
  /** Ends at once. */
  | { readonly exitsWith: number };

export interface ProgramRun {
  /** Asks it to end, and kills it after the grace. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

export interface ProgramStart {
  readonly environment: Readonly<Record<string, string>>;
  /** Folders that stand for volumes, by where the container would see them. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Null: the image's own. */
  readonly command: readonly string[] | null;
  readonly onLine: (line: string) => void;
  readonly onExit: (code: number) => void;
}

const killedExitCode = 137;
const marker = 'DOKPLOY_SIMULATOR_TASK';

export function runProgram(program: Program, start: ProgramStart): ProgramRun {
  if (start.command !== null) return runProcess(start.command, start);
  if ('entryFile' in program) return runProcess([process.execPath, program.entryFile], start);
  if ('exitsWith' in program) {
    setImmediate(() => start.onExit(program.exitsWith));
    return { stop: () => Promise.resolve() };
  }
  return {
    stop: () => {
      start.onExit(killedExitCode);
      return Promise.resolve();
    },
  };
}

function runProcess(
  command: readonly string[],
  { environment, mounts, onLine, onExit }: ProgramStart,
): ProgramRun {
  const mark = randomUUID();
  const [file = '', ...args] = command.map((word) => onThisMachine(word, mounts));
  const child = spawn(file, args, {
    env: {
      // A container finds its tools by its own PATH; here that is ours.
      PATH: process.env['PATH'] ?? '',
      ...Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, onThisMachine(value, mounts)]),
      ),
      // Each container has a loopback of its own; processes share this machine's.
      PORT: '0',
      [marker]: mark,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      killMarked(mark);
      onExit(code ?? (signal === 'SIGTERM' ? 143 : killedExitCode));
      resolve();
    });
    child.once('error', () => resolve());
  });
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine);
  return {
    stop: async (graceMs) => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => killMarked(mark), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A path in the container is a folder here. */
function onThisMachine(value: string, mounts: ReadonlyMap<string, string>): string {
  for (const [inside, folder] of mounts) {
    if (value === inside || value.startsWith(`${inside}/`)) return folder + value.slice(inside.length);
  }
  return value;
}

/** With its first process a container ends, whatever else was started in it. */
function killMarked(mark: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (environment.includes(`${marker}=${mark}`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended meanwhile, or is not ours to read.
    }
  }
}
