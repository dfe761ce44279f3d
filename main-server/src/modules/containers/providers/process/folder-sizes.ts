import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const kibibyte = 1024;
const shortestPauseMs = 5 * 60_000;
/** A large folder is measured the less often. */
const pausePerMeasurement = 50;
const longestMs = 60_000;

interface Measured {
  /** Null while the first measurement is under way, and when none succeeded. */
  readonly bytes: number | null;
  readonly nextAt: number;
}

/** How large folders are: looked at rarely, one at a time and at the lowest priority, and told from memory. */
export class FolderSizes {
  private readonly known = new Map<string, Measured>();
  private queue: Promise<void> = Promise.resolve();

  /** As it was measured last; null when it was not yet. Measures it in the background when that is long ago. */
  get(folder: string): number | null {
    const measured = this.known.get(folder);
    if (measured === undefined || performance.now() >= measured.nextAt) this.measureLater(folder);
    return measured?.bytes ?? null;
  }

  forget(folder: string): void {
    this.known.delete(folder);
  }

  private measureLater(folder: string): void {
    const bytes = this.known.get(folder)?.bytes ?? null;
    this.known.set(folder, { bytes, nextAt: Infinity });
    this.queue = this.queue.then(() => this.measure(folder));
  }

  /** Never rejects: a folder that cannot be read now keeps its old size. */
  private async measure(folder: string): Promise<void> {
    const begunAt = performance.now();
    const bytes = (await sizeOf(folder)) ?? this.known.get(folder)?.bytes ?? null;
    if (!this.known.has(folder)) return;
    const tookMs = performance.now() - begunAt;
    const pauseMs = Math.max(shortestPauseMs, tookMs * pausePerMeasurement);
    this.known.set(folder, { bytes, nextAt: performance.now() + pauseMs });
  }
}

/** On its own file system, without following links. Null when it cannot be told. */
async function sizeOf(folder: string): Promise<number | null> {
  const options = { timeout: longestMs, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } };
  try {
    const { stdout } = await promisify(execFile)('nice', ['-n', '19', 'du', '-skx', folder], options);
    return toBytes(stdout);
  } catch (error) {
    // Files that went away meanwhile are an error too, after the sum was printed.
    return toBytes((error as { stdout?: string }).stdout ?? '');
  }
}

function toBytes(printed: string): number | null {
  const kilobytes = /^(\d+)\s/.exec(printed)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * kibibyte;
}
