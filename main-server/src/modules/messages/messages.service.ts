import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  messageLimits,
  type MessageAuthor,
  type MessageItem,
  type MessageListResponse,
  type ListMessagesRequest,
  type MessageResponse,
  type MessageRole,
  type TurnOutcome,
  type TurnUsage,
} from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { type EntityManager, Repository } from 'typeorm';
import { Below, findRow, findRows } from '../../database/find-rows.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { toAuthorColumns } from './message-author.ts';
import { insertMessage } from './insert-message.ts';
import { type Message, MessageEntity } from './message.entity.ts';
import { toMessageResponse } from './message.mapper.ts';

export interface NewMessage {
  readonly sessionId: string;
  readonly role: MessageRole;
  readonly author: MessageAuthor;
  readonly text: string;
  readonly images?: readonly string[] | null;
  readonly items?: readonly MessageItem[];
  readonly turnId?: string | null;
  readonly promptId?: string | null;
  readonly agent?: string | null;
  readonly outcome?: TurnOutcome | null;
  readonly reason?: string | null;
  readonly usage?: TurnUsage | null;
  readonly delivery?: MessageDelivery | null;
}

/** What a container said a message under, so that the same one is not stored twice. */
export interface MessageDelivery {
  readonly idempotencyKey: string;
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string;
}

export interface DeliveredMessage {
  readonly message: MessageResponse;
  readonly bodyHash: string | null;
}

/** The stored conversation. Each message is found by full text from the moment it is stored. */
@Injectable()
export class MessagesService {
  constructor(
    @InjectRepository(MessageEntity) private readonly messages: Repository<MessageEntity>,
    private readonly clock: Clock,
  ) {}

  /** Stores it with its entry. The answer of a turn stands for the turn's events from then on. */
  store(manager: EntityManager, append: AppendEntry, message: NewMessage): MessageResponse {
    const row = this.toRow(message);
    const foldsTurnId = row.role === 'assistant' ? row.turnId : null;
    append((position) => {
      row.position = position;
      return {
        type: 'message.stored',
        message: { ...toMessageResponse(row), items: [...row.items] },
        foldsTurnId,
      };
    });
    insertMessage(manager, row);
    return toMessageResponse(row);
  }

  /** Replaces what was folded here by what the container says of the same turn. Id and position stay. */
  async complete(
    manager: EntityManager,
    append: AppendEntry,
    id: string,
    message: Pick<NewMessage, 'text' | 'items' | 'outcome' | 'reason' | 'usage' | 'delivery'>,
  ): Promise<MessageResponse> {
    const found: Message = await manager.findOneByOrFail(MessageEntity, { id });
    const row: Message = {
      ...found,
      text: message.text,
      items: message.items ?? [],
      outcome: message.outcome ?? found.outcome,
      // The old reason was of the old outcome.
      reason: message.reason ?? (message.outcome === undefined ? found.reason : null),
      usage: message.usage ?? found.usage,
      idempotencyKey: message.delivery?.idempotencyKey ?? null,
      bodyHash: message.delivery?.bodyHash ?? null,
    };
    await manager.update(MessageEntity, { id }, row);
    const response = toMessageResponse(row);
    append({
      type: 'message.stored',
      message: { ...response, items: [...row.items] },
      foldsTurnId: row.turnId,
    });
    return response;
  }

  /** From the newest end, or from before a position; oldest first. */
  async page(sessionId: string, page: ListMessagesRequest = {}): Promise<MessageListResponse> {
    const limit = page.limit ?? messageLimits.pageDefault;
    const rows = await findRows(this.messages, {
      where: { sessionId, ...(page.before === undefined ? {} : { position: new Below(page.before) }) },
      order: { position: 'DESC' },
      limit: limit + 1,
    });
    const shown = rows.slice(0, limit).toReversed();
    const nextBefore = rows.length > limit ? (shown[0]?.position ?? null) : null;
    return { messages: shown.map(toMessageResponse), nextBefore };
  }

  /** Inside a transaction, with what it has written so far; oldest first. */
  async listNewest(
    manager: EntityManager,
    sessionId: string,
    limit: number,
  ): Promise<readonly MessageResponse[]> {
    const rows: readonly Message[] = await manager.find(MessageEntity, {
      where: { sessionId },
      order: { position: 'DESC' },
      take: limit,
    });
    return rows.toReversed().map(toMessageResponse);
  }

  /** A committed one. */
  async findDelivered(sessionId: string, idempotencyKey: string): Promise<DeliveredMessage | null> {
    const row = await findRow(this.messages, { sessionId, idempotencyKey });
    return row && { message: toMessageResponse(row), bodyHash: row.bodyHash };
  }

  /** The message that stands for a turn, with whether a container has posted it (or we folded it ourselves). */
  async findAnswer(
    manager: EntityManager,
    sessionId: string,
    turnId: string,
  ): Promise<{ readonly message: MessageResponse; readonly isPosted: boolean } | null> {
    const row = await manager.findOneBy(MessageEntity, { sessionId, turnId, role: 'assistant' });
    return row && { message: toMessageResponse(row), isPosted: row.idempotencyKey !== null };
  }

  /** The message of a turn as everybody sees it; null while there is none. */
  async findOfTurn(sessionId: string, turnId: string): Promise<MessageResponse | null> {
    const row = await this.messages.findOneBy({ sessionId, turnId, role: 'assistant' });
    return row && toMessageResponse(row);
  }

  private toRow(message: NewMessage): MessageEntity {
    return {
      id: randomUUID(),
      sessionId: message.sessionId,
      position: 0,
      role: message.role,
      ...toAuthorColumns(message.author),
      text: message.text,
      images: message.images ?? null,
      items: message.items ?? [],
      turnId: message.turnId ?? null,
      promptId: message.promptId ?? null,
      agent: message.agent ?? null,
      outcome: message.outcome ?? null,
      reason: message.reason ?? null,
      usage: message.usage ?? null,
      idempotencyKey: message.delivery?.idempotencyKey ?? null,
      bodyHash: message.delivery?.bodyHash ?? null,
      createdAt: this.clock.now(),
    };
  }
}
