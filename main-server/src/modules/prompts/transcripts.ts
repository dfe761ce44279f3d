import { Injectable } from '@nestjs/common';
import { composeTranscript } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import type { AppendEntry } from '../history/session-history.ts';
import { MessagesService } from '../messages/messages.service.ts';
import { TurnFolding } from './turn-folding.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';

/** What comes before these is not told: a transcript has no room for it. */
const newestTurns = 50;
const newestMessages = 100;

/** A message of the shell's is a command, and it remembers nothing. */
const withoutMemory: ReadonlySet<string> = new Set(['shell']);

interface HeardRow {
  readonly id: string;
  readonly agent: string;
  readonly status: string;
  readonly is_command: number;
}

/** What an agent has to be told because others worked in the session while it did not. */
@Injectable()
export class Transcripts {
  constructor(
    private readonly messages: MessagesService,
    private readonly folding: TurnFolding,
  ) {}

  /** Null when the agent was there all the time. */
  async compose(
    manager: EntityManager,
    append: AppendEntry,
    { sessionId, agent, text }: { readonly sessionId: string; readonly agent: string; readonly text: string },
  ): Promise<string | null> {
    // Words before a command would make it none. The next prompt brings them.
    if (withoutMemory.has(agent) || isCommand(text)) return null;
    const turns = await this.listNewest(manager, sessionId);
    const heard = turns.findIndex((turn) => hasHeard(turn, agent));
    const missed = heard < 0 ? turns : turns.slice(0, heard);
    if (!missed.some((turn) => turn.agent !== agent)) return null;
    for (const { id } of missed.toReversed()) await this.fold(manager, append, sessionId, id);
    const messages = await this.messages.listNewest(manager, sessionId, newestMessages);
    const last = heard < 0 ? -1 : messages.findLastIndex(({ turnId }) => turnId === turns[heard]?.id);
    return composeTranscript(messages.slice(last + 1));
  }

  /** Whether the agent has anything to remember of this session. */
  async hasAnswered(manager: EntityManager, sessionId: string, agent: string): Promise<boolean> {
    if (withoutMemory.has(agent)) return false;
    return manager.existsBy(TurnEntity, { sessionId, agent, status: 'completed' });
  }

  /** Its container posts the message of a turn a moment after the turn's end, and this prompt may be faster. */
  private async fold(
    manager: EntityManager,
    append: AppendEntry,
    sessionId: string,
    turnId: string,
  ): Promise<void> {
    const turn: Turn | null = await manager.findOneBy(TurnEntity, { id: turnId, sessionId });
    if (turn && turn.status !== 'running') await this.folding.foldIfMissing(manager, append, turn);
  }

  private listNewest(manager: EntityManager, sessionId: string): Promise<readonly HeardRow[]> {
    return manager.query(
      `SELECT turns.id, turns.agent, turns.status, prompts.text LIKE '/%' AS is_command
        FROM turns LEFT JOIN prompts ON prompts.id = turns.prompt_id
        WHERE turns.session_id = ? ORDER BY turns.started_at DESC LIMIT ${newestTurns}`,
      [sessionId],
    );
  }
}

/** One that failed may never have reached it; hearing something twice is better than never. */
function hasHeard(turn: HeardRow, agent: string): boolean {
  return turn.agent === agent && turn.is_command !== 1 && turn.status !== 'failed';
}

function isCommand(text: string): boolean {
  return text.startsWith('/');
}
