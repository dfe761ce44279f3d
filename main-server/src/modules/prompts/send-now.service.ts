import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { MainFrame, PromptResponse } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { type EntityManager, Repository } from 'typeorm';
import type { Actor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import type { Session } from '../session-state/session.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerWaker } from './container-waker.ts';
import { PromptDispatcher } from './prompt-dispatcher.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { toPromptChanged, toPromptResponse } from './prompt.mapper.ts';
import { QueueChangesService } from './queue-changes.service.ts';
import { assertQueued, unpause } from './queue-rules.ts';
import { TurnEntity } from './turn.entity.ts';

/**
 * For a prompt that cannot wait. An agent that can be steered gets it into its running turn; another one is
 * interrupted, and the prompt is next. With no turn it is simply next.
 */
@Injectable()
export class SendNowService {
  constructor(
    @InjectRepository(PromptEntity) private readonly prompts: Repository<PromptEntity>,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly changes: QueueChangesService,
    private readonly dispatcher: PromptDispatcher,
    private readonly containers: ContainerWaker,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Doing it twice is doing it once. @throws prompt.not_found, prompt.already_started */
  async sendNow(
    actor: Actor,
    { id: sessionId }: Pick<Session, 'id'>,
    promptId: string,
  ): Promise<PromptResponse> {
    const { prompt, frame } = await this.history.append(sessionId, async (manager, append) => {
      const found: Prompt | null = await manager.findOneBy(PromptEntity, { id: promptId, sessionId });
      if (found?.steeredTurnId) return { prompt: found, frame: toSteer(found) };
      assertQueued(found);
      await this.containers.allowWake(manager, sessionId);
      const isMoved = await this.changes.moveToFront(manager, append, found);
      const session = await this.sessions.read(manager, sessionId);
      if (session.isQueuePaused) await unpause(this.sessions, manager, append, sessionId);
      const first = await manager.findOneByOrFail(PromptEntity, { id: promptId, sessionId });
      const sent = await this.enterTurn(manager, append, first, session.runningTurnId);
      // A repetition changes nothing, and is not audited again.
      if (isMoved || session.isQueuePaused || sent.frame !== null)
        this.audit.record(manager, { actor, action: 'prompt.sent_now', sessionId, details: { promptId } });
      return sent;
    });
    if (frame) this.links.get(sessionId)?.send(frame);
    this.dispatcher.dispatch(sessionId);
    return toPromptResponse(prompt);
  }

  /** The container knows which ones it has. */
  @OnEvent(linkEvents.connected)
  async resend({ sessionId }: LinkConnected): Promise<void> {
    const session = await this.sessions.find(sessionId);
    if (!session?.runningTurnId) return;
    const rows = await this.prompts.find({
      where: { sessionId, status: 'delivered', steeredTurnId: session.runningTurnId },
      order: { place: 'ASC' },
    });
    for (const frame of rows.map(toSteer)) if (frame) this.links.get(sessionId)?.send(frame);
  }

  private async enterTurn(
    manager: EntityManager,
    append: AppendEntry,
    prompt: Prompt,
    turnId: string | null,
  ): Promise<{ prompt: Prompt; frame: MainFrame | null }> {
    if (turnId === null) return { prompt, frame: null };
    const { sessionId } = prompt;
    const turn = await manager.findOneByOrFail(TurnEntity, { id: turnId, sessionId });
    if (turn.interruptRequestedAt !== null) return { prompt, frame: null };
    const now = this.clock.now();
    if (this.canSteer(sessionId, turn.agent)) {
      const steering: Prompt = { ...prompt, status: 'delivered', steeredTurnId: turnId, updatedAt: now };
      await manager.update(PromptEntity, { id: prompt.id }, steering);
      append(toPromptChanged(steering));
      return { prompt: steering, frame: toSteer(steering) };
    }
    await manager.update(TurnEntity, { id: turnId }, { interruptRequestedAt: now });
    return { prompt, frame: { type: 'turn.interrupt', turnId } };
  }

  private canSteer(sessionId: string, agentId: string): boolean {
    return this.links.get(sessionId)?.agents.find(({ id }) => id === agentId)?.canSteer === true;
  }
}

/** Null for one that the agent has by now. */
function toSteer({ id, status, steeredTurnId, text, images }: Prompt): MainFrame | null {
  if (status !== 'delivered' || steeredTurnId === null) return null;
  const attached = images === null ? {} : { images: [...images] };
  return { type: 'turn.steer', turnId: steeredTurnId, promptId: id, text, ...attached };
}
