import type { FoldedTurn } from '@codex-webapp/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { Outbox } from '../main-link/outbox.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { MessagePostService } from './message-post.service.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnJournal, type JournalEntry } from './turn-journal.ts';
import { TurnRecorders } from './turn-recorders.ts';

const interruptedByDeath =
  'The container ended while the agent worked, and the prompt is not run again by itself. Send a message to go on.';

/** Reports turns that died with the process before us. Nothing is run again. */
@Injectable()
export class DeadTurns {
  private readonly logger = new Logger(DeadTurns.name);

  constructor(
    private readonly outbox: Outbox,
    private readonly journal: TurnJournal,
    private readonly checkpoints: TurnCheckpoints,
    private readonly recorders: TurnRecorders,
    private readonly messages: MessagePostService,
    private readonly room: DiskRoom,
  ) {}

  async report(): Promise<void> {
    // No agent is there that could take what is held back.
    this.room.openReserve();
    await this.outbox.withoutBound(async () => {
      for (const entry of this.journal.listUnfinished()) await this.reportOne(entry);
    });
    this.checkpoints.remove();
    this.messages.postLeftovers();
  }

  private async reportOne(entry: JournalEntry): Promise<void> {
    const { promptId, turnId, agent } = entry;
    const turn = this.checkpoints.recover(turnId, this.outbox);
    const recorder = this.recorders.resume(turn);
    if (turn.promptId === '') await recorder.emit({ type: 'turn.started', promptId, agent });
    if (turn.outcome === 'running') {
      for (const { promptId: steered } of this.journal.listSteering(turnId)) {
        await recorder.emit({ type: 'prompt.steered', promptId: steered });
        await this.journal.record({ promptId: steered, turnId, agent, state: 'ended', isSteered: true });
      }
      for (const agentRequestId of pendingRequests(turn)) {
        await recorder.emit({ type: 'agent_request.closed', agentRequestId, reason: 'expired' });
      }
      // Its message stands if it was written: then the turn had ended, and only the report of it is missing.
      const { outcome = 'interrupted', reason } = this.messages.findStored(turnId) ?? {
        reason: interruptedByDeath,
      };
      const ended = { type: 'turn.ended', promptId, outcome, reason } as const;
      await this.messages.store(await recorder.preview(ended));
      await recorder.close(ended);
      this.logger.warn({ msg: 'The end of a turn of an earlier process was reported', turnId, outcome });
    }
    await this.journal.record({ promptId, turnId, agent, state: 'ended' });
    this.outbox.retainFrom(Number.POSITIVE_INFINITY);
  }
}

function pendingRequests(turn: FoldedTurn): readonly string[] {
  return turn.items.flatMap((item) =>
    (item.type === 'permission' || item.type === 'question') && item.state === 'pending' ? [item.id] : [],
  );
}
