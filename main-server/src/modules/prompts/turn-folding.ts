import { Injectable } from '@nestjs/common';
import { composeFinalMessage, foldTurn, type Entry, type TurnEvent } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { MessagesService, type NewMessage } from '../messages/messages.service.ts';
import type { Turn } from './turn.entity.ts';

/** Makes a turn's message from its events where the container did not post one, so that its text is kept. */
@Injectable()
export class TurnFolding {
  constructor(
    private readonly history: HistoryService,
    private readonly messages: MessagesService,
  ) {}

  /** Nothing happens where a message stands for the turn already. The events must be committed. */
  async foldIfMissing(manager: EntityManager, append: AppendEntry, turn: Turn): Promise<void> {
    if (await this.messages.findAnswer(manager, turn.sessionId, turn.id)) return;
    const events = await this.findEvents(turn);
    this.messages.store(manager, append, {
      sessionId: turn.sessionId,
      role: 'assistant',
      author: { kind: 'container' },
      turnId: turn.id,
      promptId: turn.promptId,
      agent: turn.agent,
      ...compose(turn, events),
    });
  }

  /**
   * The same for a turn that was taken for lost and had more to say: its container may never come to post the message.
   * What a container has posted stays, and so does what can no longer be told whole.
   */
  async foldAgain(manager: EntityManager, append: AppendEntry, turn: Turn): Promise<void> {
    const answer = await this.messages.findAnswer(manager, turn.sessionId, turn.id);
    if (!answer || answer.isPosted) return;
    const events = await this.findEvents(turn);
    if (events[0]?.type !== 'turn.started') return;
    await this.messages.complete(manager, append, answer.message.id, compose(turn, events));
  }

  private async findEvents({ sessionId, id }: Turn): Promise<readonly TurnEvent[]> {
    const entries = await this.history.eventsOfTurns(sessionId, [id]);
    return entries.flatMap(eventOf).filter((event) => event.type !== 'turn.ended');
  }
}

/** Cut as container-agent cuts what it posts: what a container has said is no smaller for having gone this way. */
function compose(
  { id: turnId, promptId, status, reason }: Turn,
  events: readonly TurnEvent[],
): Required<Pick<NewMessage, 'text' | 'items' | 'outcome' | 'reason' | 'usage'>> {
  const outcome = status === 'running' ? 'interrupted' : status;
  const end: TurnEvent = {
    type: 'turn.ended',
    turnId,
    promptId,
    outcome,
    ...(reason === null ? {} : { reason }),
  };
  const { text, items, usage } = composeFinalMessage(foldTurn(turnId, [...events, end]));
  return { text, items: items ?? [], outcome, reason, usage: usage ?? null };
}

function eventOf(entry: Entry): readonly TurnEvent[] {
  return entry.body.type === 'turn.event' ? [entry.body.event] : [];
}
