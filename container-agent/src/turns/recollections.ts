import { setTimeout as sleep } from 'node:timers/promises';
import { composeTranscript, messageSchema } from '@codex-webapp/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { MainServerClient } from '../main-link/main-server-client.ts';
import { MessagePostService } from './message-post.service.ts';

/** More than a transcript has room for. */
const newestMessages = 100;
const askDeadlineMs = 10_000;
/** The message of the turn before may be on its way to main-server. */
const postsDeadlineMs = 3_000;

const pageSchema = z.object({ messages: z.array(messageSchema) });

/** The conversation as main-server keeps it, for an agent that has lost its own. */
@Injectable()
export class Recollections {
  private readonly logger = new Logger(Recollections.name);

  constructor(
    private readonly client: MainServerClient,
    private readonly posts: MessagePostService,
  ) {}

  /** What was said before the turn. Null when nothing was, or when main-server does not say. */
  async recall(turnId: string): Promise<string | null> {
    await Promise.race([this.posts.settled, sleep(postsDeadlineMs, undefined, { ref: false })]);
    const path = `messages?limit=${newestMessages}`;
    const answer = await this.client.call({ method: 'GET', path, deadlineMs: askDeadlineMs });
    const page = pageSchema.safeParse(answer.body);
    if (answer.status !== 200 || !page.success) {
      this.logger.warn({ msg: 'The conversation could not be read', turnId, status: answer.status });
      return null;
    }
    const before = page.data.messages.filter((message) => message.turnId !== turnId);
    return composeTranscript(before, 'forgotten');
  }
}
