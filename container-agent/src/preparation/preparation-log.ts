import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { preparationLimits, type PreparationLogResponse } from '@codex-webapp/contracts';

/** How long lines wait for others, so that a script that prints thousands of them costs a few writes. */
const gatherMs = 100;

/**
 * What git and the setup script printed, in two files of which the older one is dropped when the newer one is full.
 * Losing output to a full disk keeps nobody from working: only its end is then known, from memory.
 */
export class PreparationLog {
  private recent = '';
  /** Not in the files yet. */
  private gathered: string[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly folder: string) {
    this.recent = this.read().text.slice(-preparationLimits.tailMaxLength);
  }

  /** The newest of it. */
  get tail(): string {
    return this.recent;
  }

  clear(): void {
    this.flush();
    this.recent = '';
    rmSync(this.newer, { force: true });
    rmSync(this.older, { force: true });
  }

  /** Of one who is killed, what was appended last may be missing. */
  append(text: string): void {
    this.recent = (this.recent + text).slice(-preparationLimits.tailMaxLength);
    this.gathered.push(text);
    this.timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  /** Writes what was gathered. To be called when nothing more is on its way. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const text = this.gathered.splice(0).join('');
    if (text === '') return;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      appendFileSync(this.newer, text, { mode: 0o600 });
      if (statSync(this.newer).size > preparationLimits.logMaxBytes / 2) renameSync(this.newer, this.older);
    } catch {
      // The disk is full, and says so where it matters.
    }
  }

  read(): PreparationLogResponse {
    this.flush();
    const older = readIfThere(this.older);
    const text = older + readIfThere(this.newer);
    return { text, isTruncated: older !== '' && text.length > preparationLimits.logMaxBytes / 2 };
  }

  private get newer(): string {
    return path.join(this.folder, 'output.log');
  }

  private get older(): string {
    return path.join(this.folder, 'output.old.log');
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
