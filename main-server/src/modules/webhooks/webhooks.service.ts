import { Injectable } from '@nestjs/common';
import {
  defaultSessionTitle,
  type MessageListResponse,
  type ListMessagesRequest,
  type MessageResponse,
  type PromptResponse,
  type StoreMessageRequest,
  type SuggestTitleRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { containerActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { MessagesService, type MessageDelivery, type NewMessage } from '../messages/messages.service.ts';
import { checkStorable } from '../messages/storable-text.ts';
import { PromptsService } from '../prompts/prompts.service.ts';
import { TurnsService } from '../prompts/turns.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { parseRichParts, toClientRequestId, toDelivery } from './delivery.ts';

/** What became of a POST; a repeated one is not new. */
export interface StoredMessage {
  readonly status: 200 | 201 | 202;
  readonly body: MessageResponse | PromptResponse;
}

/** What containers store here. Who wrote it is the container, whatever the body says. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly history: HistoryService,
    private readonly messages: MessagesService,
    private readonly prompts: PromptsService,
    private readonly turns: TurnsService,
    private readonly sessions: SessionStateService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Resolves after the commit. The same key with the same body is the same message.
   * @throws message.key_missing, message.key_reused, request.invalid
   */
  async storeMessage(
    container: ContainerIdentity,
    key: string | undefined,
    request: StoreMessageRequest,
  ): Promise<StoredMessage> {
    const delivery = toDelivery(key, request);
    checkStorable('text', request.text);
    checkStorable('reason', request.reason ?? '');
    if (request.role === 'user') return this.queuePrompt(container, delivery, request.text);
    const { items, usage } = parseRichParts(request);
    const { sessionId } = container;
    const findKnown = async (): Promise<StoredMessage | null> => {
      const known = await this.messages.findDelivered(sessionId, delivery.idempotencyKey);
      return known && toRepeated(known, delivery);
    };
    const store = async (manager: EntityManager, append: AppendEntry): Promise<StoredMessage> => {
      const message: NewMessage = {
        sessionId,
        role: request.role,
        author: { kind: 'container' },
        text: request.text,
        items,
        usage,
        outcome: request.outcome,
        reason: request.reason,
        delivery,
      };
      const stored = await this.store(manager, append, message, request.turnId ?? null);
      this.audit.record(manager, {
        actor: containerActor(container),
        action: 'message.stored',
        sessionId,
        details: { messageId: stored.id, role: request.role },
      });
      return { status: 201, body: stored };
    };
    return this.history.append(sessionId, store, findKnown);
  }

  async listMessages(
    { sessionId }: ContainerIdentity,
    page: ListMessagesRequest,
  ): Promise<MessageListResponse> {
    return this.messages.page(sessionId, page);
  }

  /** A title the user chose stays; one that begins a text gives way to any other. */
  async suggestTitle(
    container: ContainerIdentity,
    { title, source = 'agent' }: SuggestTitleRequest,
  ): Promise<void> {
    const { sessionId } = container;
    await this.history.append(sessionId, async (manager, append) => {
      const session = await this.sessions.read(manager, sessionId);
      if (session.isTitleChosen || session.title === title) return;
      if (source === 'text' && session.title !== defaultSessionTitle) return;
      append(await this.sessions.patch(manager, sessionId, { title }));
      this.audit.record(manager, {
        actor: containerActor(container),
        action: 'session.titled',
        sessionId,
      });
    });
  }

  private async queuePrompt(
    container: ContainerIdentity,
    delivery: MessageDelivery,
    text: string,
  ): Promise<StoredMessage> {
    if (text === '') throw invalid('text', 'A prompt is not empty.');
    const clientRequestId = toClientRequestId(delivery);
    const body = await this.prompts.queue(
      containerActor(container),
      { id: container.sessionId },
      { text, clientRequestId },
    );
    return { status: 202, body };
  }

  private async store(
    manager: EntityManager,
    append: AppendEntry,
    message: NewMessage,
    turnId: string | null,
  ): Promise<MessageResponse> {
    if (turnId === null) return this.messages.store(manager, append, message);
    const turn = await this.turns.findOfSession(manager, message.sessionId, turnId);
    if (!turn) throw invalid('turnId', 'There is no such turn in this session.');
    if (message.role !== 'assistant') return this.messages.store(manager, append, { ...message, ...turn });
    const answer = await this.messages.findAnswer(manager, message.sessionId, turnId);
    if (!answer) return this.messages.store(manager, append, { ...message, ...turn });
    // Folded here, when nobody expected the container to say more.
    if (!answer.isPosted) return this.messages.complete(manager, append, answer.message.id, message);
    throw keyReused('Another message stands for this turn already.');
  }
}

function toRepeated(
  known: { message: MessageResponse; bodyHash: string | null },
  delivery: MessageDelivery,
): StoredMessage {
  if (known.bodyHash === delivery.bodyHash) return { status: 200, body: known.message };
  throw keyReused('Another message was sent with this Idempotency-Key. Use a new one for each message.');
}

function keyReused(message: string): DomainError {
  return new DomainError('message.key_reused', { message });
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError('request.invalid', {
    message: `${field}: ${problem}`,
    details: { fields: [{ field, problems: [problem] }] },
  });
}
