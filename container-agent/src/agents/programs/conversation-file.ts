import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@codex-webapp/nest-kit';
import { z } from 'zod';

const id = z.string().min(1);
/** The agent has yet to be told what was said before this conversation. */
const isUntold = z.boolean().default(false);
/** `threadId` is what was written for codex while it was the only agent: its sessions go on. */
const contentSchema = z.union([
  z.object({ conversationId: id, isUntold }),
  z.object({ threadId: id, isUntold }).transform(({ threadId, ...rest }) => ({
    conversationId: threadId,
    ...rest,
  })),
]);
export type KnownConversation = z.infer<typeof contentSchema>;

/** Remembers which of an agent's own conversations is the session's, on the session's volume. */
export class ConversationFile {
  private readonly file: string;
  /** Nobody else writes it, so it is read once. */
  private known: KnownConversation | null = null;

  /** `name` without an ending, one per agent: `codex-thread`. */
  constructor(
    private readonly folder: string,
    name: string,
  ) {
    this.file = path.join(folder, `${name}.json`);
  }

  /** Null when there is none, or when it cannot be understood: the conversation then starts afresh. */
  async read(): Promise<KnownConversation | null> {
    if (this.known) return this.known;
    try {
      this.known = contentSchema.parse(JSON.parse(await readFile(this.file, 'utf8')));
    } catch {
      return null;
    }
    return this.known;
  }

  async write(known: KnownConversation): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomic(this.file, JSON.stringify(known));
    this.known = known;
  }
}
