import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { containerEvents, type ContainerWakeable } from '../containers/container.events.ts';
import { ContainerWaker } from './container-waker.ts';
import { findNewestTurn } from './find-newest-turn.ts';
import { TurnEntity } from './turn.entity.ts';

/**
 * A container that was ended in the middle of a turn may hold more of it than has come here: its outbox outlives it, and
 * pages may have been shown some of that already. It is started again to hand it over, also when no prompt waits.
 */
@Injectable()
export class UnreportedEnds implements OnApplicationBootstrap {
  constructor(
    @InjectRepository(TurnEntity) private readonly turns: Repository<TurnEntity>,
    private readonly waker: ContainerWaker,
  ) {}

  /** The server that noted the end may have been killed before it could start the container. */
  async onApplicationBootstrap(): Promise<void> {
    const rows: readonly { id: string }[] = await this.turns.query(
      `SELECT id FROM sessions WHERE (SELECT status <> 'running' AND is_end_reported = 0 FROM turns
        WHERE turns.session_id = sessions.id ORDER BY started_at DESC LIMIT 1)`,
    );
    for (const { id } of rows) this.waker.revive(id);
  }

  /** Brings the container back if it has not said how its newest turn ended. */
  async collect(sessionId: string): Promise<void> {
    const newest = await findNewestTurn(this.turns, sessionId);
    if (newest === null || newest.status === 'running' || newest.isEndReported) return;
    this.waker.revive(sessionId);
  }

  @OnEvent(containerEvents.wakeable)
  async onWakeable({ sessionId }: ContainerWakeable): Promise<void> {
    await this.collect(sessionId);
  }
}
