import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../storage/replace-file.ts';

const recordSchema = z.object({
  /**
   * `placing`: the clone is whole and its files are being moved to where they belong. Before that, whatever there is of
   * it is thrown away and cloned anew.
   */
  clone: z.enum(['none', 'placing', 'done']),
  script: z.enum(['none', 'done']),
  /** Which attempt failed, at what, and why: it is not tried again by itself. */
  failure: z.object({ attempt: z.int(), step: z.enum(['clone', 'script']), reason: z.string() }).nullable(),
});
export type PreparationRecord = z.infer<typeof recordSchema>;

const nothingDone: PreparationRecord = { clone: 'none', script: 'none', failure: null };

/** How far the workspace of this volume is prepared; whole and on the disk before anything is told of it. */
export class PreparationRecords {
  constructor(private readonly folder: string) {}

  read(): PreparationRecord {
    try {
      return recordSchema.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothingDone;
      throw error;
    }
  }

  change(patch: Partial<PreparationRecord>): PreparationRecord {
    const record = { ...this.read(), ...patch };
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    replaceFile(this.file, JSON.stringify(record));
    return record;
  }

  private get file(): string {
    return path.join(this.folder, 'record.json');
  }
}
