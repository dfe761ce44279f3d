import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Files of one process, with keys among them: outside the session's volume, and for our user alone. */
export class DroidPrivateFiles {
  private constructor(private readonly folder: string) {}

  static async create(contents: Readonly<Record<string, string>>): Promise<DroidPrivateFiles> {
    const files = new DroidPrivateFiles(await mkdtemp(path.join(tmpdir(), 'droid-')));
    for (const [name, content] of Object.entries(contents))
      await writeFile(files.pathOf(name), content, { mode: 0o600 });
    return files;
  }

  pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  /** Not before the process has ended: the helpers and shells it starts read them too. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
