import { Injectable } from '@nestjs/common';
import type { TurnOutcome } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { AppendEntry } from '../history/session-history.ts';
import { MessagesService } from '../messages/messages.service.ts';
import { AgentRequestsService } from '../agent-requests/agent-requests.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { toPromptAuthor, toPromptChanged } from './prompt.mapper.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';

export interface TurnEnd {
  readonly outcome: TurnOutcome;
  readonly reason: string | null;
  /** By the container, and not only concluded here. */
  readonly isReported: boolean;
}

/** What the beginning and the end of a turn mean for rows, whoever says that it began or ended. */
@Injectable()
export class TurnRows {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly messages: MessagesService,
    private readonly requests: AgentRequestsService,
    private readonly clock: Clock,
  ) {}

  /** The prompt becomes a user message, its turn the running one. */
  async begin(manager: EntityManager, append: AppendEntry, prompt: Prompt, agent: string): Promise<void> {
    const { sessionId, turnId } = prompt;
    if (turnId === null) throw new Error('a prompt whose turn begins has a turn');
    const now = this.clock.now();
    const started: Prompt = { ...prompt, status: 'started', updatedAt: now };
    await manager.update(PromptEntity, { id: prompt.id }, started);
    await manager.insert(TurnEntity, {
      id: turnId,
      sessionId,
      promptId: prompt.id,
      agent,
      status: 'running',
      reason: null,
      startedAt: now,
      endedAt: null,
      interruptRequestedAt: null,
      limitResetsAt: null,
      isEndReported: false,
    });
    append(toPromptChanged(started));
    this.messages.store(manager, append, {
      sessionId,
      role: 'user',
      author: toPromptAuthor(prompt),
      text: prompt.text,
      images: prompt.images,
      turnId,
      promptId: prompt.id,
    });
    append(
      await this.sessions.patch(manager, sessionId, {
        runningTurnId: turnId,
        lastActivityAt: now,
        limitResetsAt: null,
      }),
    );
  }

  /** The agent was given a prompt while it worked: a user message of the turn that runs. Once, however often it is said. */
  async steer(manager: EntityManager, append: AppendEntry, prompt: Prompt): Promise<void> {
    if (prompt.status !== 'delivered') return;
    const now = this.clock.now();
    const started: Prompt = { ...prompt, status: 'started', updatedAt: now };
    await manager.update(PromptEntity, { id: prompt.id }, started);
    append(toPromptChanged(started));
    this.messages.store(manager, append, {
      sessionId: prompt.sessionId,
      role: 'user',
      author: toPromptAuthor(prompt),
      text: prompt.text,
      images: prompt.images,
      turnId: prompt.steeredTurnId,
      promptId: prompt.id,
    });
    append(await this.sessions.patch(manager, prompt.sessionId, { lastActivityAt: now }));
  }

  /** The agent ran into a usage limit; what that means shows at the end of the turn. */
  async noteLimit(
    manager: EntityManager,
    {
      sessionId,
      turnId,
      resetsAt,
    }: { readonly sessionId: string; readonly turnId: string; readonly resetsAt: number },
  ): Promise<void> {
    await manager.update(TurnEntity, { id: turnId, sessionId }, { limitResetsAt: resetsAt });
  }

  /** Of a turn that runs. Its prompts are done, and nobody is asked anything for it any more. */
  async end(manager: EntityManager, append: AppendEntry, turn: Turn, end: TurnEnd): Promise<void> {
    const { sessionId } = turn;
    const now = this.clock.now();
    await manager.update(
      TurnEntity,
      { id: turn.id },
      { status: end.outcome, reason: end.reason, endedAt: now, isEndReported: end.isReported },
    );
    const prompts: readonly Prompt[] = await manager.find(PromptEntity, {
      where: [
        { id: turn.promptId, sessionId },
        { steeredTurnId: turn.id, sessionId },
      ],
      order: { place: 'ASC' },
    });
    for (const prompt of prompts) {
      if (prompt.status === 'done') continue;
      const ended: Prompt = { ...endedWithTurn(prompt), updatedAt: now };
      await manager.update(PromptEntity, { id: ended.id }, ended);
      append(toPromptChanged(ended));
    }
    const hasDied = end.outcome !== 'completed';
    await this.requests.expireOfTurn(manager, append, { sessionId, turnId: turn.id, hasDied });
    const session = await this.sessions.read(manager, sessionId);
    const runningTurnId = session.runningTurnId === turn.id ? null : session.runningTurnId;
    // A turn that got round the limit, or that somebody stopped, leaves nothing to wait for.
    const limitResetsAt = end.outcome === 'failed' ? turn.limitResetsAt : null;
    append(
      await this.sessions.patch(manager, sessionId, { runningTurnId, lastActivityAt: now, limitResetsAt }),
    );
  }

  /**
   * Of a turn that was taken for lost, once its container says how it ended; gives the turn as it is then.
   * Null where it has said that before, since it cannot take it back.
   */
  async correct(manager: EntityManager, turn: Turn, { outcome, reason }: TurnEnd): Promise<Turn | null> {
    if (turn.isEndReported) return null;
    const end = { status: outcome, reason, isEndReported: true };
    await manager.update(TurnEntity, { id: turn.id }, end);
    return { ...turn, ...end };
  }
}

/** A prompt the turn was to get and did not is first in the queue again, as if it had never been sent. */
function endedWithTurn(prompt: Prompt): Prompt {
  if (prompt.steeredTurnId === null || prompt.status !== 'delivered') return { ...prompt, status: 'done' };
  return { ...prompt, status: 'queued', steeredTurnId: null };
}
