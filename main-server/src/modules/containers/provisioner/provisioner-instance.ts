import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const fileName = 'instance';

/**
 * Whose containers this provisioner makes and ends: the first installation that asks is written down, and no other one
 * is answered after it, so a server that was taken over cannot pass for its neighbour on the same engine.
 */
export class ProvisionerInstance {
  private known: string | null = null;

  constructor(private readonly folder: string) {}

  /** Null for anybody but the one. */
  async accept(claimed: unknown): Promise<string | null> {
    const parsed = z.uuid().safeParse(claimed);
    if (!parsed.success) return null;
    this.known ??= await this.read();
    if (this.known === null) {
      await mkdir(this.folder, { recursive: true });
      // Of two that come at once, one writes; the other reads what it wrote.
      await writeFile(join(this.folder, fileName), parsed.data, { flag: 'wx', mode: 0o600 }).catch(
        ignoreExisting,
      );
      this.known = await this.read();
    }
    return this.known === parsed.data ? this.known : null;
  }

  private async read(): Promise<string | null> {
    try {
      return (await readFile(join(this.folder, fileName), 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
