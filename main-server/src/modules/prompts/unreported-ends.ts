import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock } from '@codex-webapp/nest-kit';
import { Not, Repository } from 'typeorm';
import { WriteQueue } from '../../database/write-queue.ts';
import { containerEvents, type ContainerWakeable } from '../containers/container.events.ts';
import type { Link } from '../link/link.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import { ContainerWaker } from './container-waker.ts';
import { findNewestTurn } from './newest-turn.ts';
import { type Turn, TurnEntity } from './turn.entity.ts';

/** How often it is looked whether a container has handed over all of its outbox. */
const lookEveryMs = 10_000;

/**
 * A container that ended in the middle of a turn may hold more of it than has come here: its outbox outlives it, and
 * pages may have been shown some of that already. It is started again to hand it over, also when no prompt waits.
 */
@Injectable()
export class UnreportedEnds implements OnApplicationBootstrap {
  private readonly logger = new Logger(UnreportedEnds.name);

  constructor(
    @InjectRepository(TurnEntity) private readonly turns: Repository<TurnEntity>,
    private readonly writeQueue: WriteQueue,
    private readonly links: LinkRegistry,
    private readonly containers: ContainerWaker,
    private readonly clock: Clock,
  ) {}

  /** The server that noted the end may have been killed before it could start the container. */
  async onApplicationBootstrap(): Promise<void> {
    const rows: readonly { id: string }[] = await this.turns.query(
      `SELECT id FROM sessions WHERE (SELECT status <> 'running' AND is_end_reported = 0 FROM turns
        WHERE turns.session_id = sessions.id ORDER BY started_at DESC LIMIT 1)`,
    );
    for (const { id } of rows) this.containers.ensureRunning(id);
  }

  /** Starts the container if it has not said how its last turn ended. */
  async collect(sessionId: string): Promise<void> {
    if ((await this.find(sessionId)) !== null) this.containers.ensureRunning(sessionId);
  }

  @OnEvent(containerEvents.wakeable)
  async onWakeable({ sessionId }: ContainerWakeable): Promise<void> {
    await this.collect(sessionId);
  }

  @OnEvent(linkEvents.connected)
  async onConnected({ sessionId }: LinkConnected): Promise<void> {
    const link = this.links.get(sessionId);
    const turn = await this.find(sessionId);
    if (link !== null && turn !== null) this.settleWhenDrained(link, turn);
  }

  /** What has handed over all of its outbox without this end, on a new volume say, will not report it any more. */
  private settleWhenDrained(link: Link, turn: Turn): void {
    this.clock.schedule(lookEveryMs, () => {
      if (this.links.get(turn.sessionId) !== link) return;
      if (!link.isDrained) return this.settleWhenDrained(link, turn);
      this.settle(turn).catch((error: unknown) =>
        this.logger.error({ msg: 'The end of a turn could not be settled', turnId: turn.id, err: error }),
      );
    });
  }

  private async settle({ id }: Turn): Promise<void> {
    await this.writeQueue.run((manager) =>
      manager.update(TurnEntity, { id, status: Not('running') }, { isEndReported: true }),
    );
  }

  /** The session's newest turn, if it has ended here and its container has not said so. */
  private async find(sessionId: string): Promise<Turn | null> {
    const newest = await findNewestTurn(this.turns, sessionId);
    return newest === null || newest.status === 'running' || newest.isEndReported ? null : newest;
  }
}
