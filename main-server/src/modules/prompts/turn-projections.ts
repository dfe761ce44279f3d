import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { TurnEventOf } from '@codex-webapp/contracts';
import { WriteQueue } from '../../database/write-queue.ts';
import { type EventChange, EventRefusedError, TurnEventProjections } from '../link/turn-event-projections.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerWaker } from './container-waker.ts';
import { PromptDispatcher } from './prompt-dispatcher.ts';
import { PromptEntity } from './prompt.entity.ts';
import { TurnFolding } from './turn-folding.ts';
import { TurnRows } from './turn-rows.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';
import { TurnsService } from './turns.service.ts';

/** Believes a container about the turns of its own session only, and only about those it was given. */
@Injectable()
export class TurnProjections implements OnModuleInit {
  constructor(
    private readonly projections: TurnEventProjections,
    private readonly sessions: SessionStateService,
    private readonly rows: TurnRows,
    private readonly folding: TurnFolding,
    private readonly turns: TurnsService,
    private readonly dispatcher: PromptDispatcher,
    private readonly containers: ContainerWaker,
    private readonly writeQueue: WriteQueue,
  ) {}

  onModuleInit(): void {
    this.projections.register('turn.started', (event, change) => this.begin(event, change));
    this.projections.register('prompt.steered', (event, change) => this.steer(event, change));
    this.projections.register('turn.ended', (event, change) => this.end(event, change));
    this.projections.register('notice.raised', (event, change) => this.noteLimit(event, change));
  }

  private async begin(event: TurnEventOf<'turn.started'>, change: EventChange): Promise<void> {
    const { manager, sessionId, append } = change;
    const { promptId, turnId } = event;
    const prompt = await manager.findOneBy(PromptEntity, { id: promptId, sessionId, turnId });
    if (!prompt) throw new EventRefusedError('The container reported a turn it was not asked for.');
    if (await manager.existsBy(TurnEntity, { id: turnId })) return;
    const session = await this.sessions.read(manager, sessionId);
    if (session.runningTurnId !== null) {
      await this.endLost(
        change,
        session.runningTurnId,
        'The agent began another turn before it ended this one.',
      );
    }
    await this.rows.begin(manager, append, prompt, event.agent);
    change.appendEvent();
  }

  private async steer(event: TurnEventOf<'prompt.steered'>, change: EventChange): Promise<void> {
    const { manager, sessionId, append } = change;
    const { promptId, turnId } = event;
    const prompt = await manager.findOneBy(PromptEntity, { id: promptId, sessionId });
    const turn = await manager.findOneBy(TurnEntity, { id: turnId, sessionId });
    if (!prompt || !turn)
      throw new EventRefusedError('The container reported a prompt that was not for this turn.');
    change.appendEvent();
    // A turn that was taken for lost has given it back to the queue; its container says there what became of it.
    if (prompt.steeredTurnId === turnId) await this.rows.steer(manager, append, prompt);
  }

  /** What a limit means shows at the end of the turn. */
  private async noteLimit(event: TurnEventOf<'notice.raised'>, change: EventChange): Promise<void> {
    const { manager, sessionId } = change;
    const { turnId, limitResetsAt } = event;
    change.appendEvent();
    if (limitResetsAt === undefined) return;
    await this.rows.noteLimit(manager, { sessionId, turnId, resetsAt: Date.parse(limitResetsAt) });
  }

  private async end(event: TurnEventOf<'turn.ended'>, change: EventChange): Promise<void> {
    const { manager, sessionId, append } = change;
    const turn: Turn | null = await manager.findOneBy(TurnEntity, { id: event.turnId, sessionId });
    if (!turn) throw new EventRefusedError('The container reported the end of a turn it was not asked for.');
    change.appendEvent();
    const end = { outcome: event.outcome, reason: event.reason ?? null, isReported: true };
    if (turn.status !== 'running') {
      // Ended here when its container had gone, with as much as it had said by then; the rest has happened.
      const corrected = await this.rows.correct(manager, turn, end);
      if (corrected) await this.folding.foldAgain(manager, append, corrected);
      return;
    }
    await this.rows.end(manager, append, turn, end);
    await this.containers.noteProgress(manager, sessionId);
    this.writeQueue.afterCommit(manager, () => {
      this.turns.foldLater(sessionId, turn.id);
      this.dispatcher.dispatch(sessionId);
    });
  }

  private async endLost(
    { manager, sessionId, append }: EventChange,
    turnId: string,
    reason: string,
  ): Promise<void> {
    const turn: Turn | null = await manager.findOneBy(TurnEntity, { id: turnId, sessionId });
    if (!turn) return;
    await this.rows.end(manager, append, turn, { outcome: 'interrupted', reason, isReported: false });
    await this.folding.foldIfMissing(manager, append, { ...turn, status: 'interrupted', reason });
  }
}
