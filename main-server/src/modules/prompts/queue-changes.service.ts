import { Injectable } from '@nestjs/common';
import type { PromptResponse, UpdatePromptRequest } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { checkStorable } from '../messages/storable-text.ts';
import type { Session } from '../session-state/session.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { toPromptChanged, toPromptResponse } from './prompt.mapper.ts';
import { moveInQueue } from './queue-order.ts';
import { assertQueued } from './queue-rules.ts';

/** What users change about prompts that wait: their words and their order. Every client sees each change. */
@Injectable()
export class QueueChangesService {
  constructor(
    private readonly history: HistoryService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Another text, another place, or both at once. Only what is queued changes.
   * @throws prompt.not_found, prompt.already_started, prompt.changed, request.invalid
   */
  async update(
    actor: Actor,
    { id: sessionId }: Pick<Session, 'id'>,
    promptId: string,
    { text, ifText, beforePromptId }: UpdatePromptRequest,
  ): Promise<PromptResponse> {
    if (text === undefined && beforePromptId === undefined)
      throw invalid('text', 'Give a text, a beforePromptId, or both.');
    if (text !== undefined) checkStorable('text', text);
    return this.history.append(sessionId, async (manager, append) => {
      const prompt: Prompt | null = await manager.findOneBy(PromptEntity, { id: promptId, sessionId });
      assertQueued(prompt);
      // The same edit again succeeds: the text is there already.
      if (ifText !== undefined && prompt.text !== ifText && prompt.text !== text) throw changed(prompt);
      if (text !== undefined && text !== prompt.text) {
        await this.edit(manager, append, prompt, text);
        this.audit.record(manager, {
          actor,
          action: 'prompt.edited',
          sessionId,
          details: { promptId },
        });
      }
      if (beforePromptId !== undefined && (await this.move(manager, append, prompt, beforePromptId)))
        this.audit.record(manager, { actor, action: 'prompt.moved', sessionId, details: { promptId } });
      return toPromptResponse(await manager.findOneByOrFail(PromptEntity, { id: promptId, sessionId }));
    });
  }

  /**
   * Within a transaction of the session's history. False when it stands there already.
   * @throws request.invalid when the other prompt is not queued
   */
  async move(
    manager: EntityManager,
    append: AppendEntry,
    { id, sessionId }: Pick<Prompt, 'id' | 'sessionId'>,
    beforePromptId: string | null,
  ): Promise<boolean> {
    const queue: readonly Prompt[] = await listQueued(manager, sessionId);
    const moved = moveInQueue(queue, id, beforePromptId);
    if (moved === null)
      throw invalid('beforePromptId', 'There is no queued prompt with this id. Load the queue again.');
    for (const prompt of moved) {
      const { place } = prompt;
      await manager.update(PromptEntity, { id: prompt.id }, { place, updatedAt: this.clock.now() });
      append(toPromptChanged(prompt));
    }
    return moved.length > 0;
  }

  /** The next to be sent, unless another one is under way. False when it is already. */
  async moveToFront(manager: EntityManager, append: AppendEntry, prompt: Prompt): Promise<boolean> {
    const [first] = await listQueued(manager, prompt.sessionId);
    return first !== undefined && this.move(manager, append, prompt, first.id);
  }

  private async edit(
    manager: EntityManager,
    append: AppendEntry,
    prompt: Prompt,
    text: string,
  ): Promise<void> {
    const now = this.clock.now();
    const edited: Prompt = { ...prompt, text, editedAt: now, updatedAt: now };
    await manager.update(PromptEntity, { id: prompt.id }, edited);
    append(toPromptChanged(edited));
  }
}

async function listQueued(manager: EntityManager, sessionId: string): Promise<readonly Prompt[]> {
  return manager.find(PromptEntity, { where: { sessionId, status: 'queued' }, order: { place: 'ASC' } });
}

function changed(prompt: Prompt): DomainError {
  return new DomainError('prompt.changed', {
    message: 'Somebody changed this prompt meanwhile. Look at it and try again.',
    details: { prompt: toPromptResponse(prompt) },
  });
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError('request.invalid', {
    message: `${field}: ${problem}`,
    details: { fields: [{ field, problems: [problem] }] },
  });
}
