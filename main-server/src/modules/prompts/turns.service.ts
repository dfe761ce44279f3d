import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { DataSource, type EntityManager, Repository } from 'typeorm';
import type { Actor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import type { Session } from '../session-state/session.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { findNewestTurn } from './find-newest-turn.ts';
import { PromptEntity } from './prompt.entity.ts';
import { TurnFolding } from './turn-folding.ts';
import { TurnEntity } from './turn.entity.ts';

/** How long a container has for posting the message of a turn that ended, before it is folded here. */
const foldDelayMs = 20_000;

/** The turns of a session as its users see them: interrupting one, and keeping what it said. */
@Injectable()
export class TurnsService implements OnApplicationBootstrap {
  private readonly logger = new Logger(TurnsService.name);

  constructor(
    @InjectRepository(TurnEntity) private readonly turns: Repository<TurnEntity>,
    private readonly dataSource: DataSource,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly folding: TurnFolding,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const rows: readonly { id: string; session_id: string }[] = await this.dataSource.query(
      `SELECT id, session_id FROM turns WHERE status <> 'running' AND NOT EXISTS (SELECT 1 FROM messages
        WHERE messages.session_id = turns.session_id AND turn_id = turns.id AND role = 'assistant')`,
    );
    for (const { id, session_id } of rows) this.foldLater(session_id, id);
  }

  /** Of the one that began last; null before the first. */
  async findNewestId(sessionId: string): Promise<string | null> {
    return (await findNewestTurn(this.turns, sessionId))?.id ?? null;
  }

  /** Stored, then sent; sent again over each new link until the turn has ended. Pauses the queue. @throws turn.stale */
  async interrupt(actor: Actor, { id: sessionId }: Pick<Session, 'id'>, turnId: string): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const session = await this.sessions.read(manager, sessionId);
      if (session.runningTurnId !== turnId) throw turnStale(session.runningTurnId);
      const turn = await manager.findOneByOrFail(TurnEntity, { id: turnId, sessionId });
      // Also of a turn that was interrupted for a prompt that could not wait: now nothing is to follow.
      if (turn.interruptRequestedAt !== null && session.isQueuePaused) return;
      const interruptRequestedAt = turn.interruptRequestedAt ?? this.clock.now();
      await manager.update(TurnEntity, { id: turnId }, { interruptRequestedAt });
      if (!session.isQueuePaused) {
        const body = await this.sessions.patch(manager, sessionId, { isQueuePaused: true });
        append({ type: 'queue.changed', isPaused: true });
        append(body);
      }
      this.audit.record(manager, { actor, action: 'turn.interrupted', sessionId, details: { turnId } });
    });
    this.links.get(sessionId)?.send({ type: 'turn.interrupt', turnId });
  }

  /** Turns no message stands for yet; only the newest can be such. */
  async listOpen(sessionId: string): Promise<readonly string[]> {
    const rows: readonly { id: string }[] = await this.dataSource.query(
      `SELECT id FROM (SELECT id, started_at FROM turns WHERE session_id = ? ORDER BY started_at DESC LIMIT 20) AS newest
        WHERE NOT EXISTS (SELECT 1 FROM messages
          WHERE messages.session_id = ? AND messages.turn_id = newest.id AND messages.role = 'assistant')
        ORDER BY started_at`,
      [sessionId, sessionId],
    );
    return rows.map(({ id }) => id);
  }

  /** What a message of the turn says of it; also of one that was delivered and whose start is still on its way here. */
  async findOfSession(
    manager: EntityManager,
    sessionId: string,
    turnId: string,
  ): Promise<{ readonly turnId: string; readonly promptId: string; readonly agent: string } | null> {
    const turn = await manager.findOneBy(TurnEntity, { id: turnId, sessionId });
    if (turn) return { turnId, promptId: turn.promptId, agent: turn.agent };
    const prompt = await manager.findOneBy(PromptEntity, { turnId, sessionId });
    if (!prompt) return null;
    const { agent } = await this.sessions.read(manager, sessionId);
    return { turnId, promptId: prompt.id, agent };
  }

  /** Makes the message of a turn that ended, unless the container posts it first. */
  foldLater(sessionId: string, turnId: string): void {
    this.clock.schedule(foldDelayMs, () => {
      this.fold(sessionId, turnId).catch((error: unknown) => {
        this.logger.error({ msg: 'A turn could not be folded', sessionId, turnId, err: error });
      });
    });
  }

  @OnEvent(linkEvents.connected)
  async resendInterrupt({ sessionId }: LinkConnected): Promise<void> {
    const session = await this.sessions.find(sessionId);
    const turnId = session?.runningTurnId;
    if (!turnId) return;
    const turn = await this.turns.findOneBy({ id: turnId, sessionId });
    if (turn?.interruptRequestedAt) this.links.get(sessionId)?.send({ type: 'turn.interrupt', turnId });
  }

  private async fold(sessionId: string, turnId: string): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const turn = await manager.findOneBy(TurnEntity, { id: turnId, sessionId });
      if (turn && turn.status !== 'running') await this.folding.foldIfMissing(manager, append, turn);
    });
  }
}

function turnStale(runningTurnId: string | null): DomainError {
  return new DomainError('turn.stale', {
    message: runningTurnId === null ? 'No turn is running.' : 'Another turn is running by now.',
    details: { runningTurnId },
  });
}
