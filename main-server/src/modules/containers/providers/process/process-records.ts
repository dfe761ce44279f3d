import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFileAndDraft, writeFileAtomic } from '@codex-webapp/nest-kit';
import { z } from 'zod';
import { assertSessionFolderName } from './process-folders.ts';

/** What is needed to recognise a session's process after main-server was killed. */
const recordSchema = z.object({
  sessionId: z.string(),
  generation: z.number().int(),
  /** Random, in the process's environment: proves that a pid is still ours. */
  nonce: z.string().min(1),
  /** Null between the intent to start it and its start. */
  pid: z.number().int().nullable(),
  startTime: z.string().nullable(),
  startedAt: z.string(),
  /** Known only when it ended while its parent was here. */
  exit: z.object({ code: z.number().nullable(), signal: z.string().nullable() }).nullable(),
  /** Of its log, see `LogExtent`. Older servers wrote none. */
  log: z
    .object({
      id: z.string().regex(/^\w{1,64}$/),
      rotatedBytes: z.number().int(),
      startsAt: z.number().int(),
    })
    .default({ id: 'first', rotatedBytes: 0, startsAt: 0 }),
});
export type ProcessRecord = z.infer<typeof recordSchema>;

/** The times of a folder are no finer than this. */
const folderStepMs = 100;

/** One JSON file per session in `<data folder>/containers`, replaced as a whole. */
export class ProcessRecords {
  private listed: { readonly changedAtMs: number; readonly records: readonly ProcessRecord[] } | null = null;

  constructor(private readonly folder: string) {}

  async find(sessionId: string): Promise<ProcessRecord | null> {
    try {
      return recordSchema.parse(JSON.parse(await readFile(this.pathOf(sessionId), 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async write(record: ProcessRecord): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.pathOf(record.sessionId), JSON.stringify(record), { flush: true });
  }

  async remove(sessionId: string): Promise<void> {
    await removeFileAndDraft(this.pathOf(sessionId));
  }

  /** Read again when one of them was written or removed: both are told by the time of their folder. */
  async list(): Promise<readonly ProcessRecord[]> {
    const changedAtMs = await this.changedAtMs();
    if (this.listed?.changedAtMs === changedAtMs) return this.listed.records;
    const isSettled = Date.now() - changedAtMs >= folderStepMs;
    const records = await this.readAll();
    this.listed = isSettled ? { changedAtMs, records } : null;
    return records;
  }

  /** When one was written or removed last; 0 before the first one. */
  async changedAtMs(): Promise<number> {
    try {
      return (await stat(this.folder)).mtimeMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  private async readAll(): Promise<readonly ProcessRecord[]> {
    const names = await this.listNames();
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    const records = await Promise.all(ids.map((id) => this.find(id)));
    return records.filter((record) => record !== null);
  }

  private async listNames(): Promise<readonly string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      // The folder is made by the first record. Any other failure must not look like «no containers».
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private pathOf(sessionId: string): string {
    return join(this.folder, `${assertSessionFolderName(sessionId)}.json`);
  }
}
