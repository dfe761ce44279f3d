import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  promptLimits,
  type PromptListResponse,
  type PromptResponse,
  type QueuePromptRequest,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { type EntityManager, Repository } from 'typeorm';
import { findRows } from '../../database/find-rows.ts';
import type { Actor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { authorOf, toAuthorColumns } from '../messages/message-author.ts';
import { checkStorable } from '../messages/storable-text.ts';
import type { Session } from '../session-state/session.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerWaker } from './container-waker.ts';
import { PromptDispatcher, UndeliverableError } from './prompt-dispatcher.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { toPromptChanged, toPromptResponse } from './prompt.mapper.ts';
import { assertQueued, promptNotFound, unpause } from './queue-rules.ts';
import { titleFromPrompt } from './title-from-prompt.ts';

/** What belongs to a prompt and is stored with it. Called again when the transaction is: it touches nothing else. */
type Alongside = (manager: EntityManager, append: AppendEntry, prompt: Pick<Prompt, 'id'>) => Promise<void>;

interface QueuedRequest {
  readonly sessionId: string;
  readonly author: Actor;
  readonly request: QueuePromptRequest;
  readonly alongside: Alongside;
}

const waiting = ['queued', 'delivered'] as const;

/** What users want answered next: durable, in order, one after the other. The one path for every prompt. */
@Injectable()
export class PromptsService {
  constructor(
    @InjectRepository(PromptEntity) private readonly prompts: Repository<PromptEntity>,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly dispatcher: PromptDispatcher,
    private readonly containers: ContainerWaker,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores the prompt and sends it to the session's container, or wakes that. The same `clientRequestId` is the same
   * prompt, however often it is sent. The author is who the credential says. A user's prompt also ends the pause after an interrupt.
   * `alongside` is stored in the same transaction, also for a prompt that is known.
   * @throws session.archived, prompt.limit_reached, prompt.key_reused, request.invalid
   */
  async queue(
    author: Actor,
    { id: sessionId }: Pick<Session, 'id'>,
    request: QueuePromptRequest,
    alongside: Alongside = () => Promise.resolve(),
  ): Promise<PromptResponse> {
    checkStorable('text', request.text);
    const asked: QueuedRequest = { sessionId, author, request, alongside };
    const { prompt, send } = await this.store(asked, { choosesNext: true }).catch((error: unknown) => {
      if (!(error instanceof UndeliverableError)) throw error;
      // No prompt is refused because the next one cannot be sent. `dispatch` tries that again, and logs it.
      return this.store(asked, { choosesNext: false });
    });
    send();
    return toPromptResponse(prompt);
  }

  /** Those that are not done, in the order in which they will run. */
  async listOpen(session: Pick<Session, 'id' | 'isQueuePaused'>): Promise<PromptListResponse> {
    const rows = await findRows(this.prompts, {
      where: { sessionId: session.id, status: [...waiting, 'started'] },
      order: { place: 'ASC' },
    });
    return { prompts: rows.map(toPromptResponse), isPaused: session.isQueuePaused };
  }

  /** Of the turn that runs and the prompt that is on its way, as they were delivered. */
  async listAgentsAtWork({ id: sessionId }: Pick<Session, 'id'>): Promise<readonly string[]> {
    const rows = await findRows(this.prompts, { where: { sessionId, status: ['delivered', 'started'] } });
    return [...new Set(rows.flatMap(({ agent }) => agent ?? []))];
  }

  /** @throws prompt.not_found */
  async get({ id: sessionId }: Pick<Session, 'id'>, promptId: string): Promise<PromptResponse> {
    const prompt = await this.prompts.findOneBy({ id: promptId, sessionId });
    if (!prompt) throw promptNotFound();
    return toPromptResponse(prompt);
  }

  /** Takes a prompt back that waits. Removing a removed one succeeds. @throws prompt.not_found, prompt.already_started */
  async remove(
    actor: Actor,
    { id: sessionId }: Pick<Session, 'id'>,
    promptId: string,
  ): Promise<PromptResponse> {
    return this.history.append(sessionId, async (manager, append) => {
      const prompt: Prompt | null = await manager.findOneBy(PromptEntity, { id: promptId, sessionId });
      if (prompt?.status === 'removed') return toPromptResponse(prompt);
      assertQueued(prompt);
      const removed: Prompt = { ...prompt, status: 'removed', updatedAt: this.clock.now() };
      await manager.update(PromptEntity, { id: promptId }, removed);
      append(toPromptChanged(removed));
      this.audit.record(manager, { actor, action: 'prompt.removed', sessionId, details: { promptId } });
      return toPromptResponse(removed);
    });
  }

  /** Goes on after an interrupt. Resuming a queue that runs succeeds. */
  async resume(actor: Actor, { id: sessionId }: Pick<Session, 'id'>): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      await this.containers.allowWake(manager, sessionId);
      const session = await this.sessions.read(manager, sessionId);
      if (!session.isQueuePaused) return;
      await unpause(this.sessions, manager, append, sessionId);
      this.audit.record(manager, { actor, action: 'queue.resumed', sessionId });
    });
    this.dispatcher.dispatch(sessionId);
  }

  /** One transaction; `send` is for after its commit. */
  private store(asked: QueuedRequest, { choosesNext }: { readonly choosesNext: boolean }) {
    const { sessionId, request, alongside } = asked;
    const dispatch = (): void => this.dispatcher.dispatch(sessionId);
    return this.history.append(sessionId, async (manager, append) => {
      const known = await this.findSame(manager, sessionId, request);
      if (known) {
        await alongside(manager, append, known);
        return { prompt: known, send: dispatch };
      }
      const prompt = await this.addToQueue(manager, append, asked);
      const send = choosesNext ? await this.dispatcher.chooseWithin(manager, append, sessionId) : dispatch;
      return { prompt, send };
    });
  }

  private async addToQueue(
    manager: EntityManager,
    append: AppendEntry,
    { sessionId, author, request, alongside }: QueuedRequest,
  ): Promise<Prompt> {
    const session = await this.sessions.read(manager, sessionId);
    if (session.archivedAt !== null) {
      throw new DomainError('session.archived', {
        message: 'This session is archived. Unarchive it to go on.',
      });
    }
    const created = await this.insert(manager, sessionId, author, request);
    append(toPromptChanged(created));
    await alongside(manager, append, created);
    if (authorOf(author).kind === 'user') {
      await this.containers.allowWake(manager, sessionId);
      if (session.isQueuePaused) await unpause(this.sessions, manager, append, sessionId);
    }
    const title = titleFromPrompt(session, request.text);
    append(
      await this.sessions.patch(manager, sessionId, {
        lastActivityAt: this.clock.now(),
        // Whoever says something goes on by that.
        limitResetsAt: null,
        ...(title === null ? {} : { title }),
      }),
    );
    this.audit.record(manager, {
      actor: author,
      action: 'prompt.queued',
      sessionId,
      details: { promptId: created.id },
    });
    return created;
  }

  private async findSame(
    manager: EntityManager,
    sessionId: string,
    { clientRequestId, text, images = [] }: QueuePromptRequest,
  ): Promise<Prompt | null> {
    if (clientRequestId === undefined) return null;
    const known = await manager.findOneBy(PromptEntity, { sessionId, clientRequestId });
    // What was sent first is not kept of one that was edited since; its id says enough.
    const isSame = known?.text === text && (known.images ?? []).join('\n') === images.join('\n');
    if (!known || isSame || known.editedAt !== null) return known;
    throw new DomainError('prompt.key_reused', {
      message: 'Another prompt was sent with this clientRequestId. Use a new one for each prompt.',
    });
  }

  private async insert(
    manager: EntityManager,
    sessionId: string,
    author: Actor,
    { text, images = [], clientRequestId }: QueuePromptRequest,
  ): Promise<Prompt> {
    const queued = await manager.countBy(PromptEntity, { sessionId, status: 'queued' });
    if (queued >= promptLimits.queuedMax) {
      throw new DomainError('prompt.limit_reached', {
        message: `No more than ${promptLimits.queuedMax} prompts can wait. Wait for one to be answered, or remove one.`,
      });
    }
    const now = this.clock.now();
    const prompt: Prompt = {
      id: randomUUID(),
      sessionId,
      place: ((await manager.maximum(PromptEntity, 'place', { sessionId })) ?? 0) + 1,
      text,
      images: images.length === 0 ? null : images,
      status: 'queued',
      ...toAuthorColumns(authorOf(author)),
      clientRequestId: clientRequestId ?? null,
      agent: null,
      turnId: null,
      steeredTurnId: null,
      editedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    await manager.insert(PromptEntity, prompt);
    return prompt;
  }
}
