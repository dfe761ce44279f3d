import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import { containerEvents, type ContainerStopped } from '../containers/container.events.ts';
import { HistoryService } from '../history/history.service.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptDispatcher } from './prompt-dispatcher.ts';
import { TurnFolding } from './turn-folding.ts';
import { TurnRows } from './turn-rows.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';

/** How long a container that runs something else has for saying how its last turn ended. */
const explainDelayMs = 10_000;

/** Ends turns that nobody will report the end of, and keeps what they said. */
@Injectable()
export class LostTurns {
  private readonly logger = new Logger(LostTurns.name);

  constructor(
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly rows: TurnRows,
    private readonly folding: TurnFolding,
    private readonly dispatcher: PromptDispatcher,
    private readonly clock: Clock,
  ) {}

  @OnEvent(containerEvents.stopped)
  async onStopped({ sessionId, generation, isIntended }: ContainerStopped): Promise<void> {
    // A newer one runs: the turn is its own.
    if ((this.links.get(sessionId)?.generation ?? 0) > generation) return;
    const session = await this.sessions.find(sessionId);
    if (session?.runningTurnId)
      await this.end(sessionId, session.runningTurnId, 'The container stopped during this turn.');
    // What waits wakes it again, also a prompt that was delivered to it and not begun.
    if (!isIntended) this.dispatcher.dispatch(sessionId);
  }

  /** A container that lost its volume knows nothing of the turn it once ran. */
  @OnEvent(linkEvents.connected)
  async onConnected({ sessionId, runningTurnId }: LinkConnected): Promise<void> {
    const session = await this.sessions.find(sessionId);
    const turnId = session?.runningTurnId ?? null;
    if (turnId !== null && turnId !== runningTurnId) this.endUnlessExplained(sessionId, turnId);
  }

  private endUnlessExplained(sessionId: string, turnId: string): void {
    this.clock.schedule(explainDelayMs, () => {
      const link = this.links.get(sessionId);
      if (!link) return;
      // What it has to say may be a long way back in its outbox.
      if (!link.isDrained) return this.endUnlessExplained(sessionId, turnId);
      this.end(sessionId, turnId, 'The container no longer knows of this turn.').then(
        () => this.dispatcher.dispatch(sessionId),
        (error: unknown) =>
          this.logger.error({ msg: 'A lost turn could not be ended', sessionId, turnId, err: error }),
      );
    });
  }

  private async end(sessionId: string, turnId: string, reason: string): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const turn: Turn | null = await manager.findOneBy(TurnEntity, {
        id: turnId,
        sessionId,
        status: 'running',
      });
      if (!turn) return;
      await this.rows.end(manager, append, turn, { outcome: 'interrupted', reason });
      await this.folding.foldIfMissing(manager, append, { ...turn, status: 'interrupted', reason });
    });
  }
}
