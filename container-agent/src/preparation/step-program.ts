import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessStartError, startProcess } from '../process/running-process.ts';
import { OutputLines, type OutputLine } from './output-lines.ts';
import { StepFailure } from './preparation-step.ts';

/** For a process that got away from us and holds the pipe. */
const pipeDeadlineMs = 2_000;

export interface StepProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: OutputLine) => void;
}

export interface StepProgramEnd {
  /** Null when it was ended. */
  readonly exitCode: number | null;
  readonly isTimedOut: boolean;
}

/** Runs a program to its end and reads what it says on stderr; nothing that it started runs on. @throws StepFailure */
export async function runStepProgram(program: StepProgram): Promise<StepProgramEnd> {
  const { file, args, cwd, env, marker, signal, onLine } = program;
  const running = await start(() => startProcess(file, args, { cwd, env, marker, stdin: 'none' }), file);
  let isTimedOut = false;
  let ending: Promise<void> | null = null;
  // Once for all who want it: with time to tidy up, and never with more than that.
  const end = (): Promise<void> => (ending ??= running.kill());
  const kill = (): void => void end();
  const timer = setTimeout(() => {
    isTimedOut = true;
    kill();
  }, program.timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const lines = new OutputLines();
  running.stdout.resume();
  running.stderr.on('data', (chunk: Buffer) => lines.take(chunk).forEach(onLine));
  const closed = new Promise<void>((resolve) => running.stderr.once('close', resolve));
  try {
    const { code } = await running.exited;
    // What it left running holds the pipe, and would have been ended by nobody.
    await end();
    await Promise.race([closed, sleep(pipeDeadlineMs)]);
    running.stderr.destroy();
    lines.end().forEach(onLine);
    return { exitCode: isTimedOut || signal.aborted ? null : code, isTimedOut };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

async function start<T>(begin: () => Promise<T>, file: string): Promise<T> {
  try {
    return await begin();
  } catch (cause) {
    if (!(cause instanceof ProcessStartError)) throw cause;
    throw new StepFailure(`There is no ${file} in this container.`, { cause });
  }
}
