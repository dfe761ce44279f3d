import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  turnEventPageLimits,
  type TurnEventListResponse,
  type ListTurnEventsRequest,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { Repository } from 'typeorm';
import { findRow } from '../../database/find-rows.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { RawEventsRetention } from '../history/raw-events-retention.ts';
import { TurnEventsStore } from '../history/turn-events.store.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { toTurnEventResponse } from './turn-event.mapper.ts';
import { TurnEntity } from './turn.entity.ts';

/** What the container has sent of a turn, as it came, for as long as that is kept beside the turn's message. */
@Injectable()
export class TurnEventsService {
  constructor(
    @InjectRepository(TurnEntity) private readonly turns: Repository<TurnEntity>,
    private readonly sessions: SessionStateService,
    private readonly events: TurnEventsStore,
    private readonly retention: RawEventsRetention,
    private readonly clock: Clock,
  ) {}

  /** @throws session.not_found, turn.not_found */
  async list(
    user: AuthUser,
    turnRef: { readonly sessionId: string; readonly turnId: string },
    { after = 0, limit = turnEventPageLimits.pageDefault }: ListTurnEventsRequest,
  ): Promise<TurnEventListResponse> {
    const { id: sessionId } = await this.sessions.getOwned(user, turnRef.sessionId);
    const turn = await findRow(this.turns, { id: turnRef.turnId, sessionId });
    if (!turn) throw new DomainError('turn.not_found', { message: 'This session has no such turn.' });
    const page = { after, limit, maxBytes: turnEventPageLimits.pageMaxBytes };
    const { events, hasMore } = await this.events.page(turnRef, page);
    const keptUntil = turn.endedAt === null ? null : this.retention.keptUntil(turn.endedAt);
    return {
      events: events.map(toTurnEventResponse),
      nextAfter: hasMore ? (events.at(-1)?.position ?? null) : null,
      keptUntil: keptUntil === null ? null : new Date(keptUntil).toISOString(),
      wereDeleted:
        keptUntil !== null && keptUntil < this.clock.now() && !(await this.events.hasBeginning(turnRef)),
    };
  }
}
