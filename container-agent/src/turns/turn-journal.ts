import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { DiskRoom } from '../storage/disk-room.ts';
import { RecordFile } from '../storage/record-file.ts';
import { replaceRecords } from '../storage/replace-file.ts';

const journalEntrySchema = z.object({
  promptId: z.string(),
  turnId: z.string(),
  /** `accepted`: it will be run. `started`: it has begun and is never begun again. `ended`: it was reported. */
  state: z.enum(['accepted', 'started', 'ended']),
  agent: z.string(),
  /** Given to the agent within the turn of another prompt. */
  isSteered: z.boolean().optional(),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** Prompts remembered after their end; main-server repeats a delivery within seconds, not within hundreds of turns. */
const endedMax = 1_000;

/** Which prompts were taken and how far each came, on disk before anything is done about it. */
export class TurnJournal {
  private readonly entries = new Map<string, JournalEntry>();
  private readonly file: RecordFile;

  constructor(
    folder: string,
    private readonly room: DiskRoom,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const journalPath = path.join(folder, 'journal.jsonl');
    const { file, lines } = RecordFile.open(journalPath);
    for (const line of lines) {
      const parsed = journalEntrySchema.safeParse(JSON.parse(line));
      if (parsed.success) this.entries.set(parsed.data.promptId, parsed.data);
    }
    this.file = lines.length > 4 * endedMax ? this.compact(journalPath, file) : file;
  }

  find(promptId: string): JournalEntry | null {
    return this.entries.get(promptId) ?? null;
  }

  /** Turns that had begun and of which no end was reported. */
  listUnfinished(): readonly JournalEntry[] {
    return [...this.entries.values()].filter((entry) => entry.state === 'started' && !entry.isSteered);
  }

  /** Prompts that the agent may have got within this turn, without a word about it to main-server so far. */
  listSteering(turnId: string): readonly JournalEntry[] {
    return [...this.entries.values()].filter(
      (entry) => entry.state === 'started' && entry.isSteered === true && entry.turnId === turnId,
    );
  }

  /**
   * Once this resolves the entry survives the end of this process, and a loss of power too unless the prompt is newly
   * `accepted`: nothing has begun then, and main-server delivers it again.
   */
  async record(entry: JournalEntry): Promise<void> {
    const isDeliveredAgain = entry.state === 'accepted' && !this.entries.has(entry.promptId);
    await this.room.wait(() => this.file.append(JSON.stringify(entry)));
    this.entries.set(entry.promptId, entry);
    if (!isDeliveredAgain) await this.file.sync();
  }

  close(): void {
    this.file.close();
  }

  private compact(journalPath: string, file: RecordFile): RecordFile {
    const ended = [...this.entries.values()].filter((entry) => entry.state === 'ended');
    for (const entry of ended.slice(0, -endedMax)) this.entries.delete(entry.promptId);
    file.close();
    replaceRecords(
      journalPath,
      [...this.entries.values()].map((entry) => JSON.stringify(entry)),
    );
    return RecordFile.open(journalPath).file;
  }
}
