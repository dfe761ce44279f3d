import { existsSync } from 'node:fs';
import { constants, mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { WorkspacePath } from './workspace-path.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** Where the kernel lets us name a file relative to an open folder; elsewhere than on Linux names have to do. */
const hasDescriptorPaths = existsSync('/proc/self/fd');

/** A folder below the workspace that is held open: whatever is renamed around it, its entries stay its own. */
export class OpenFolder implements AsyncDisposable {
  private constructor(
    private readonly handle: FileHandle,
    private readonly name: string,
  ) {}

  /**
   * Walks down one folder at a time without following links. `create` makes folders that are missing.
   * @throws the error of the system: ENOENT, ENOTDIR (also for a link), …
   */
  static async open(
    root: string,
    folders: WorkspacePath,
    options: { create?: boolean } = {},
  ): Promise<OpenFolder> {
    let folder = new OpenFolder(await open(root, O_RDONLY | O_DIRECTORY), root);
    for (const name of folders) {
      const parent = folder;
      try {
        folder = await parent.openChild(name, options.create ?? false);
      } finally {
        await parent.handle.close();
      }
    }
    return folder;
  }

  /** The path of an entry for calls that do not follow links themselves. */
  entry(name: string | Buffer): string | Buffer {
    if (typeof name === 'string') return `${this.path}/${name}`;
    return Buffer.concat([Buffer.from(`${this.path}/`), name]);
  }

  get path(): string {
    return hasDescriptorPaths ? `/proc/self/fd/${this.handle.fd}` : this.name;
  }

  /** Makes a rename in it survive the loss of power. */
  sync(): Promise<void> {
    return this.handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }

  private async openChild(name: string, create: boolean): Promise<OpenFolder> {
    const child = this.entry(name);
    if (create) await mkdir(child).catch(ignoreExisting);
    const handle = await open(child, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    return new OpenFolder(handle, path.join(this.name, name));
  }
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
