import { randomUUID } from 'node:crypto';
import { startProcess } from './running-process.ts';

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes of its output that are kept; then it is ended. */
  readonly outputMaxBytes: number;
  readonly timeoutMs: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** Null when it was ended: its output was too long, its time was up, or nobody waits for it any more. */
  readonly exitCode: number | null;
  readonly output: Buffer;
  /** The beginning of what it complained about. */
  readonly errors: string;
  readonly isCut: boolean;
  readonly isTimedOut: boolean;
}

const errorsMaxBytes = 8 * 1024;

/**
 * Runs a program from an argument list to its end, never through a shell, in bounded time and memory. What is cut is
 * ended with all it started. @throws ProcessStartError
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { cwd, env, outputMaxBytes, timeoutMs, signal }: RunOptions,
): Promise<RunResult> {
  const running = await startProcess(file, args, { cwd, env, marker: `run-${randomUUID()}`, stdin: 'none' });
  let isCut = false;
  let isTimedOut = false;
  const kill = (): void => void running.kill({ graceMs: 0 });
  const timer = setTimeout(() => {
    isTimedOut = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted) kill();
  try {
    const [output, errors, { code }] = await Promise.all([
      collect(running.stdout, outputMaxBytes, () => {
        isCut = true;
        kill();
      }),
      collect(running.stderr, errorsMaxBytes, () => undefined),
      running.exited,
    ]);
    return { exitCode: isCut ? null : code, output, errors: errors.toString(), isCut, isTimedOut };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

/** Reads to the end and keeps the beginning; `onFull` is called once, when there is more. */
function collect(stream: NodeJS.ReadableStream, maxBytes: number, onFull: () => void): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      const room = maxBytes - bytes;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      bytes += chunk.length;
      if (room >= 0 && bytes > maxBytes) onFull();
    });
    // A pipe that breaks has given all it had.
    stream.once('close', () => resolve(Buffer.concat(chunks)));
  });
}
