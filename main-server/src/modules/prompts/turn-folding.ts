import { Injectable } from '@nestjs/common';
import { composeFinalMessage, foldTurn, type Entry, type TurnEvent } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { MessagesService } from '../messages/messages.service.ts';
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
    const entries = await this.history.eventsOfTurns(turn.sessionId, [turn.id]);
    const events = entries.flatMap(eventOf).filter((event) => event.type !== 'turn.ended');
    const { id: turnId, promptId, status, reason } = turn;
    const outcome = status === 'running' ? 'interrupted' : status;
    const end: TurnEvent = {
      type: 'turn.ended',
      turnId,
      promptId,
      outcome,
      ...(reason === null ? {} : { reason }),
    };
    // Cut as container-agent cuts what it posts: what a container has said is no smaller for having gone this way.
    const message = composeFinalMessage(foldTurn(turnId, [...events, end]));
    this.messages.store(manager, append, {
      sessionId: turn.sessionId,
      role: 'assistant',
      author: { kind: 'container' },
      text: message.text,
      items: message.items ?? [],
      turnId,
      promptId,
      agent: turn.agent,
      outcome,
      reason,
      usage: message.usage ?? null,
    });
  }
}

function eventOf(entry: Entry): readonly TurnEvent[] {
  return entry.body.type === 'turn.event' ? [entry.body.event] : [];
}
