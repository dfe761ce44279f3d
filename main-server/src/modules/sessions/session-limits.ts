import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { sessionsConfig } from './sessions.config.ts';

/** How many sessions there may be, of one user and of all. Archived ones count: their data is kept. */
@Injectable()
export class SessionLimits {
  constructor(
    private readonly sessions: SessionStateService,
    @Inject(sessionsConfig.KEY) private readonly config: ConfigType<typeof sessionsConfig>,
  ) {}

  /** Binding in the transaction that adds one alone; without, so that nothing is done for what is refused then. @throws session.limit_reached */
  async assertRoom(ownerId: string, manager?: EntityManager): Promise<void> {
    const { max, maxPerUser } = this.config;
    // Without a limit nothing is counted: that reads every session there is.
    if (max === Number.POSITIVE_INFINITY && maxPerUser === Number.POSITIVE_INFINITY) return;
    const { all, own } = await (manager
      ? this.sessions.countWithin(manager, ownerId)
      : this.sessions.count(ownerId));
    if (own >= maxPerUser) {
      throw limitReached(
        `You have ${own} sessions, as many as this server allows one user. Delete one first.`,
      );
    }
    if (all >= max) {
      throw limitReached(`This server has ${all} sessions, as many as it allows. Delete one of yours first.`);
    }
  }
}

function limitReached(message: string): DomainError {
  return new DomainError('session.limit_reached', { message });
}
