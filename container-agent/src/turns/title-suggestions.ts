import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { titleFromText, type SuggestTitleRequest } from '@codex-webapp/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { BackOff } from '../main-link/back-off.ts';
import { isRefusedForGood, MainServerClient } from '../main-link/main-server-client.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { replaceFile } from '../storage/replace-file.ts';

const suggestionSchema = z.object({
  title: z.string(),
  source: z.enum(['agent', 'text']),
  /** main-server has heard it, or refused it for good. */
  isTold: z.boolean(),
});
type Suggestion = Readonly<z.infer<typeof suggestionSchema>>;

/** Tells main-server what the session could be called, until it is heard: the newest suggestion, once, also over restarts. */
@Injectable()
export class TitleSuggestions {
  private readonly logger = new Logger(TitleSuggestions.name);
  private readonly file: string;
  private readonly stopping = new AbortController();
  private latest: Suggestion | null;
  /** One write or telling after the other. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(sessionConfig.KEY) config: SessionConfig,
    private readonly client: MainServerClient,
    private readonly room: DiskRoom,
  ) {
    mkdirSync(config.statePath, { recursive: true, mode: 0o700 });
    this.file = path.join(config.statePath, 'title.json');
    this.latest = this.find();
  }

  /** What the agent calls the conversation by now. Saying it again changes nothing. */
  suggest(said: string): void {
    const title = titleFromText(said);
    if (title === null || (this.latest?.source === 'agent' && this.latest.title === title)) return;
    this.replace({ title, source: 'agent', isTold: false });
  }

  /** After a turn, where nothing was suggested yet: by what was asked, else by what was answered. */
  suggestFrom(prompt: string, answer: string): void {
    const title = titleFromText(prompt) ?? titleFromText(answer);
    if (title !== null && !this.latest) this.replace({ title, source: 'text', isTold: false });
  }

  /** Tells what an earlier process left. */
  resume(): void {
    if (this.latest) this.tellLater(this.latest);
  }

  /** Ends the tries; what is not told stays for the next process. */
  stop(): void {
    this.stopping.abort();
  }

  private replace(suggestion: Suggestion): void {
    this.latest = suggestion;
    this.enqueue(() => this.room.wait(() => replaceFile(this.file, JSON.stringify(suggestion))));
    this.tellLater(suggestion);
  }

  private tellLater(suggestion: Suggestion): void {
    this.enqueue(() => this.tell(suggestion));
  }

  private enqueue(work: () => Promise<unknown>): void {
    this.tail = this.tail.then(work).catch((error: unknown) => {
      this.logger.error({ msg: 'A title could not be suggested', err: error });
    });
  }

  private async tell(suggestion: Suggestion): Promise<void> {
    if (suggestion.isTold) return;
    const { title, source } = suggestion;
    const request: SuggestTitleRequest = { title, source };
    const body = JSON.stringify(request);
    const backOff = new BackOff(500, 30_000);
    const { signal } = this.stopping;
    // A newer one is told next, and this one no more.
    while (!signal.aborted && this.latest === suggestion) {
      const answer = await this.client.call({ method: 'POST', path: 'title', body, signal });
      if (answer.status === 204 || isRefusedForGood(answer)) {
        if (answer.status !== 204)
          this.logger.warn({ msg: 'A title was refused', status: answer.status, source });
        return this.markTold(suggestion);
      }
      await sleep(backOff.nextMs(), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async markTold(suggestion: Suggestion): Promise<void> {
    if (this.latest !== suggestion) return;
    this.latest = { ...suggestion, isTold: true };
    const content = JSON.stringify(this.latest);
    await this.room.wait(() => replaceFile(this.file, content));
  }

  private find(): Suggestion | null {
    try {
      return suggestionSchema.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return null; // Nothing was suggested, or the agent has spoilt the file.
    }
  }
}
