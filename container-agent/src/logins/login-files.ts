import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../storage/replace-file.ts';
import { createLoginFolder, isInLoginFolder, removeLoginFolder } from './login-folder.ts';

export interface LoginFile {
  /** Below HOME. */
  readonly path: string;
  readonly content: string;
}

export interface LoginFilesOptions {
  readonly sessionId: string;
  readonly homePath: string;
  readonly statePath: string;
}

interface PlacedFile {
  readonly agent: string;
  /** Below HOME. */
  readonly path: string;
  /** In memory. */
  readonly target: string;
  readonly content: string;
}

const placesSchema = z.array(z.string());

/**
 * Files that the agent at work logs in with: their content is in memory alone, and HOME, which is on the session's
 * volume, has a link to it. A login that was made in the session itself stays and counts.
 */
export class LoginFiles {
  private folder: string | null = null;
  private readonly placed: PlacedFile[] = [];
  /** Where links of ours may be, for a process that comes after one that was killed. */
  private readonly memoryPath: string;

  constructor(private readonly options: LoginFilesOptions) {
    this.memoryPath = path.join(options.statePath, 'login-files.json');
  }

  /** What an earlier process left is gone afterwards. */
  begin(): void {
    for (const place of this.readMemory()) this.takeAway(path.join(this.options.homePath, place));
    rmSync(this.memoryPath, { force: true });
  }

  /** There are these files and no others, of no other agent. Returns those for which the session has its own. */
  place(agent: string, files: readonly LoginFile[]): readonly string[] {
    this.removePlaced();
    const kept: string[] = [];
    for (const file of files) {
      if (this.isTheirs(file.path)) kept.push(file.path);
      else this.placeOne(agent, file);
    }
    return kept;
  }

  /** Which files of the agent are not what they were when they were placed: it has renewed its login. */
  listRenewed(agent: string): readonly string[] {
    return this.placed
      .filter((file) => file.agent === agent && this.contentAt(file.path) !== file.content)
      .map((file) => file.path);
  }

  /** Nothing of them is left anywhere. */
  removeAll(): void {
    this.removePlaced();
    if (this.folder !== null) removeLoginFolder(this.folder);
    this.folder = null;
  }

  private placeOne(agent: string, { path: place, content }: LoginFile): void {
    this.folder ??= createLoginFolder(this.options.sessionId);
    const name = createHash('sha256').update(place).digest('hex').slice(0, 32);
    const target = path.join(this.folder, name);
    writeFileSync(target, content, { mode: 0o600 });
    this.placed.push({ agent, path: place, target, content });
    // Known before it is there: what is killed in between leaves nothing that nobody takes away.
    this.writeMemory();
    const link = path.join(this.options.homePath, place);
    mkdirSync(path.dirname(link), { recursive: true, mode: 0o700 });
    const draft = `${link}.${process.pid}.tmp`;
    rmSync(draft, { force: true });
    symlinkSync(target, draft);
    renameSync(draft, link);
  }

  private removePlaced(): void {
    for (const file of this.placed.splice(0)) {
      // Also what the agent put in the place of the link: a login is not to stay on the volume.
      this.takeAway(path.join(this.options.homePath, file.path));
      rmSync(file.target, { force: true });
    }
    // What stands there from now on is the session's own.
    rmSync(this.memoryPath, { force: true });
  }

  /** Whether something is there that is not ours. What came with the container's environment gives way. */
  private isTheirs(place: string): boolean {
    const file = path.join(this.options.homePath, place);
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.isSymbolicLink()) return !isInLoginFolder(readlinkSync(file));
    return !this.isOfEnvironment(file);
  }

  private isOfEnvironment(file: string): boolean {
    try {
      const written = JSON.parse(
        readFileSync(path.join(this.options.statePath, 'auth-files.json'), 'utf8'),
      ) as Record<string, unknown>;
      return Object.hasOwn(written, file);
    } catch {
      return false; // The environment brought none.
    }
  }

  private takeAway(file: string): void {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) return;
    if (found.isSymbolicLink() && !isInLoginFolder(readlinkSync(file))) return;
    rmSync(file, { force: true });
  }

  private contentAt(place: string): string | null {
    try {
      return readFileSync(path.join(this.options.homePath, place), 'utf8');
    } catch {
      return null;
    }
  }

  private readMemory(): readonly string[] {
    try {
      return placesSchema.parse(JSON.parse(readFileSync(this.memoryPath, 'utf8')));
    } catch {
      return []; // Nothing was placed, or the process before ended in order.
    }
  }

  private writeMemory(): void {
    mkdirSync(this.options.statePath, { recursive: true, mode: 0o700 });
    replaceFile(this.memoryPath, JSON.stringify(this.placed.map((file) => file.path)));
  }
}
