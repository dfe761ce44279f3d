import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const contentSchema = z.object({ threadId: z.string().min(1) });

/** Remembers which of codex's threads is the session's conversation, on the session's volume. */
export class CodexThreadFile {
  private readonly file: string;

  constructor(private readonly folder: string) {
    this.file = path.join(folder, 'codex-thread.json');
  }

  /** Null when there is none, or when it cannot be understood: the conversation then starts afresh. */
  async find(): Promise<string | null> {
    try {
      return contentSchema.parse(JSON.parse(await readFile(this.file, 'utf8'))).threadId;
    } catch {
      return null;
    }
  }

  async write(threadId: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(`${this.file}.new`, JSON.stringify({ threadId }));
    await rename(`${this.file}.new`, this.file);
  }
}
