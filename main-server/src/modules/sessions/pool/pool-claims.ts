import { Injectable } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { AuthUser } from '../../../common/auth-user.ts';
import { actorOf } from '../../audit/actor.ts';
import { AuditService } from '../../audit/audit.service.ts';
import { PooledContainers, type PooledSession } from '../../containers/pooled-containers.ts';
import { SessionStateService } from '../../session-state/session-state.service.ts';
import type { OwnedSession } from '../../session-state/session.ts';
import { SessionLimits } from '../session-limits.ts';
import { PoolKeeper } from './pool-keeper.ts';

interface TakeOptions {
  readonly writeAlong: WriteAlong;
  readonly isWanted?: (one: PooledSession) => boolean;
}

/** What is written about the claimed session in the transaction that claims it. */
type WriteAlong = (manager: EntityManager, sessionId: string) => Promise<void>;

/** Gives sessions that wait to those who want one like them. */
@Injectable()
export class PoolClaims {
  constructor(
    private readonly pooled: PooledContainers,
    private readonly keeper: PoolKeeper,
    private readonly state: SessionStateService,
    private readonly limits: SessionLimits,
    private readonly audit: AuditService,
    private readonly failpoints: Failpoints,
  ) {}

  /**
   * A session that runs already and is as drafted, but for its id and label; nobody else gets the same. Null when none
   * waits: then one is made as without a pool. @throws session.limit_reached, container.limit_reached
   */
  async claim(user: AuthUser, draft: OwnedSession, writeAlong: WriteAlong): Promise<OwnedSession | null> {
    const isFree = (one: PooledSession): boolean => !this.pooled.isBusy(one);
    const claimed =
      (await this.takeOne(user, draft, { writeAlong, isWanted: isFree })) ??
      (await this.takeOne(user, draft, { writeAlong }));
    await this.failpoints.hit('sessions.claim.over');
    if (claimed !== null) void this.keeper.tend();
    return claimed;
  }

  private async takeOne(
    user: AuthUser,
    draft: OwnedSession,
    { writeAlong, isWanted = () => true }: TakeOptions,
  ): Promise<OwnedSession | null> {
    const { recipe } = this.keeper;
    if (recipe === null) return null;
    const waiting = await this.pooled.list();
    await this.failpoints.hit('sessions.claim.listed');
    for (const one of waiting) {
      if (!isLike(one, draft, recipe) || !isWanted(one)) continue;
      const claimed = await this.take(user, one, { draft, writeAlong });
      await this.failpoints.hit('sessions.claim.tried');
      if (claimed !== null) return claimed;
    }
    return null;
  }

  private async take(
    user: AuthUser,
    one: PooledSession,
    { draft, writeAlong }: { readonly draft: OwnedSession; readonly writeAlong: WriteAlong },
  ): Promise<OwnedSession | null> {
    const taken = await this.pooled.handOver(one, user.id, async (manager) => {
      const pooled = await this.state.findPooled(manager, one.sessionId);
      if (pooled === null) return null;
      await this.limits.assertRoom(user.id, manager);
      this.audit.record(manager, {
        actor: actorOf(user),
        action: 'session.created',
        sessionId: pooled.id,
      });
      const session = await this.state.handOver(manager, pooled, draft);
      await writeAlong(manager, session.id);
      return session;
    });
    await this.failpoints.hit('sessions.claim.taken');
    return taken;
  }
}

/** What runs already cannot be made otherwise. */
function isLike(one: PooledSession, draft: OwnedSession, recipe: string): boolean {
  return (
    one.isConnected &&
    !one.isUsed &&
    one.status === 'running' &&
    one.recipe === recipe &&
    one.provider === draft.provider &&
    one.size === draft.size &&
    one.internet === draft.internet
  );
}
