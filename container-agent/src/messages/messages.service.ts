import { randomUUID } from 'node:crypto';
import {
  isErrorCode,
  type MessageListResponse,
  type PromptResponse,
  type StoreMessageRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { Injectable } from '@nestjs/common';
import { errorOf, MainServerClient, type WebhookAnswer } from '../main-link/main-server-client.ts';
import type { ListMessagesDto } from './dto/list-messages.dto.ts';
import type { QueuePromptDto } from './dto/queue-prompt.dto.ts';

/** The conversation as main-server keeps it: nothing of it is stored here. */
@Injectable()
export class MessagesService {
  constructor(private readonly mainServer: MainServerClient) {}

  async list(page: ListMessagesDto): Promise<MessageListResponse> {
    const query = new URLSearchParams();
    if (page.before !== undefined) query.set('before', page.before);
    if (page.limit !== undefined) query.set('limit', page.limit);
    const answer = await this.mainServer.call({ method: 'GET', path: `messages?${query.toString()}` });
    return bodyOf(answer) as MessageListResponse;
  }

  /** Queues a prompt at main-server, which delivers it like any other. */
  async queuePrompt({ text, clientRequestId }: QueuePromptDto): Promise<PromptResponse> {
    const message: StoreMessageRequest = { role: 'user', text };
    const answer = await this.mainServer.call({
      method: 'POST',
      path: 'message',
      body: JSON.stringify(message),
      idempotencyKey: `prompt:${clientRequestId ?? randomUUID()}`,
    });
    return bodyOf(answer) as PromptResponse;
  }
}

/** Our own server is trusted about the shape of what it answers. */
function bodyOf(answer: WebhookAnswer): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  const error = errorOf(answer);
  if (error && isErrorCode(error.code)) throw new DomainError(error.code, error);
  throw new DomainError('server.stopping', {
    message: 'main-server cannot be reached right now. What runs here goes on; try again in a moment.',
  });
}
