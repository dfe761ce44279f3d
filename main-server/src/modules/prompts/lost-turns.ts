import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import {
  containerEvents,
  type ContainerStopped,
  type ContainerWakeable,
} from '../containers/container.events.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected, type PromptRepeated } from '../link/link.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptDispatcher } from './prompt-dispatcher.ts';
import { PromptEntity } from './prompt.entity.ts';
import { TurnFolding } from './turn-folding.ts';
import { TurnRows } from './turn-rows.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';
import { UnreportedEnds } from './unreported-ends.ts';

/** How long a container that runs something else has for saying how its last turn ended. */
const explainDelayMs = 10_000;

interface LostTurn {
  readonly sessionId: string;
  readonly turnId: string;
  readonly reason: string;
}

const stoppedInTurn = 'The container stopped during this turn.';
const knownNoMore =
  'The agent was given this prompt before, in a time this server no longer knows of. It is not run again by itself. Send it again to repeat it.';

/** Ends turns that nobody will report the end of, and keeps what they said. */
@Injectable()
export class LostTurns implements OnApplicationBootstrap {
  private readonly logger = new Logger(LostTurns.name);

  constructor(
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly rows: TurnRows,
    private readonly folding: TurnFolding,
    private readonly dispatcher: PromptDispatcher,
    private readonly unreported: UnreportedEnds,
    private readonly clock: Clock,
  ) {}

  /** The end of a container may be written down and not yet told when this server's process ends. */
  async onApplicationBootstrap(): Promise<void> {
    for (const { id, runningTurnId } of await this.sessions.listStoppedInTurn()) {
      if (runningTurnId === null) continue;
      await this.end({ sessionId: id, turnId: runningTurnId, reason: stoppedInTurn });
      await this.unreported.collect(id);
    }
  }

  @OnEvent(containerEvents.stopped)
  async onStopped({ sessionId, generation, isIntended }: ContainerStopped): Promise<void> {
    // A newer one runs: the turn is its own.
    if ((this.links.get(sessionId)?.generation ?? 0) > generation) return;
    const session = await this.sessions.find(sessionId);
    const turnId = session?.runningTurnId ?? null;
    if (turnId !== null) await this.end({ sessionId, turnId, reason: stoppedInTurn });
    if (isIntended) return;
    await this.unreported.collect(sessionId);
    // What waits wakes it again, also a prompt that was delivered to it and not begun.
    this.dispatcher.dispatch(sessionId);
  }

  @OnEvent(containerEvents.wakeable)
  onWakeable({ sessionId }: ContainerWakeable): void {
    this.dispatcher.dispatch(sessionId);
  }

  /** A container that lost its volume knows nothing of the turn it once ran. */
  @OnEvent(linkEvents.connected)
  async onConnected({ sessionId, runningTurnId }: LinkConnected): Promise<void> {
    const session = await this.sessions.find(sessionId);
    const turnId = session?.runningTurnId ?? null;
    if (turnId !== null && turnId !== runningTurnId) this.endUnlessExplained(sessionId, turnId);
  }

  /** A database that was put back to before this turn asks for it again, and would wait for it for ever. */
  @OnEvent(linkEvents.promptRepeated)
  async onPromptRepeated({ sessionId, promptId, turnId }: PromptRepeated): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const prompt = await manager.findOneBy(PromptEntity, {
        id: promptId,
        sessionId,
        turnId,
        status: 'delivered',
      });
      const session = await this.sessions.read(manager, sessionId);
      if (!prompt || session.runningTurnId !== null) return;
      await this.rows.begin(manager, append, prompt, session.agent);
      await this.endNow(manager, append, { sessionId, turnId, reason: knownNoMore });
    });
    this.dispatcher.dispatch(sessionId);
  }

  private endUnlessExplained(sessionId: string, turnId: string): void {
    this.clock.schedule(explainDelayMs, () => {
      const link = this.links.get(sessionId);
      if (!link) return;
      // What it has to say may be a long way back in its outbox.
      if (!link.isDrained) return this.endUnlessExplained(sessionId, turnId);
      const reason = 'The container no longer knows of this turn.';
      this.end({ sessionId, turnId, reason }).then(
        () => this.dispatcher.dispatch(sessionId),
        (error: unknown) =>
          this.logger.error({ msg: 'A lost turn could not be ended', sessionId, turnId, err: error }),
      );
    });
  }

  private async end(lost: LostTurn): Promise<void> {
    await this.history.append(lost.sessionId, (manager, append) => this.endNow(manager, append, lost));
  }

  private async endNow(
    manager: EntityManager,
    append: AppendEntry,
    { sessionId, turnId, reason }: LostTurn,
  ): Promise<void> {
    const turn: Turn | null = await manager.findOneBy(TurnEntity, {
      id: turnId,
      sessionId,
      status: 'running',
    });
    if (!turn) return;
    await this.rows.end(manager, append, turn, {
      outcome: 'interrupted',
      reason,
      isReported: false,
    });
    await this.folding.foldIfMissing(manager, append, { ...turn, status: 'interrupted', reason });
  }
}
