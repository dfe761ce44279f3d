import { Injectable } from '@nestjs/common';
import type { CreateSessionRequest, SessionResponse } from '@codex-webapp/contracts';
import { DomainError, Failpoints } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { ContainerRoom } from '../containers/container-room.ts';
import { SessionContainersService } from '../containers/session-containers.service.ts';
import { PreparationsService } from '../preparations/preparations.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { SessionLimits } from './session-limits.ts';
import type { OwnedSession } from '../session-state/session.ts';
import { PoolClaims } from './pool/pool-claims.ts';
import { SessionRemovalService } from './session-removal.service.ts';
import { SessionChoices } from './session-choices.ts';
import { SessionDrafts } from './session-drafts.ts';

@Injectable()
export class SessionCreationService {
  constructor(
    private readonly drafts: SessionDrafts,
    private readonly choices: SessionChoices,
    private readonly pool: PoolClaims,
    private readonly limits: SessionLimits,
    private readonly room: ContainerRoom,
    private readonly state: SessionStateService,
    private readonly containers: SessionContainersService,
    private readonly preparations: PreparationsService,
    private readonly removal: SessionRemovalService,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly failpoints: Failpoints,
  ) {}

  /**
   * One of the pool when it is as asked for, else a new one, whose container is set going. @throws request.invalid, container.provider_unknown, session.limit_reached, container.limit_reached
   */
  async create(user: AuthUser, request: CreateSessionRequest): Promise<SessionResponse> {
    const actor = actorOf(user);
    const session = await this.drafts.draft(user, request);
    await this.failpoints.hit('sessions.create.drafted');
    await this.choices.check(session, request);
    await this.failpoints.hit('sessions.create.checked');
    // For one of the pool an idle session may have to be stopped: not for somebody who is refused in the end.
    await this.limits.assertRoom(user.id);
    await this.failpoints.hit('sessions.create.counted');
    const claimed = await this.pool.claim(user, session, (manager, id) =>
      this.preparations.insert(manager, id, request),
    );
    await this.failpoints.hit('sessions.create.claimed');
    if (claimed !== null) {
      await this.preparations.begin(claimed.id);
      await this.failpoints.hit('sessions.claim.ordered');
      return this.state.toResponse(claimed);
    }
    // Refused before there is anything that its owner would have to delete again.
    await this.room.assertPossible({
      sessionId: null,
      ownerId: user.id,
      provider: session.provider,
      givesWay: false,
    });
    await this.failpoints.hit('sessions.create.allowed');
    await this.writeQueue.run(async (manager) => {
      await this.limits.assertRoom(user.id, manager);
      await this.state.insert(manager, session);
      await this.preparations.insert(manager, session.id, request);
      this.audit.record(manager, { actor, action: 'session.created', sessionId: session.id });
    });
    await this.failpoints.hit('sessions.create.stored');
    // A container run by hand begins with its environment, which `container/create` answers.
    if (session.provider !== 'manual') {
      await this.startOrRemove(user, session);
      await this.failpoints.hit('sessions.create.started');
    }
    const created = await this.state.getOwned(user, session.id);
    await this.failpoints.hit('sessions.create.read');
    return this.state.toResponse(created);
  }

  /** The last room may have gone to somebody else meanwhile. */
  private async startOrRemove(user: AuthUser, session: OwnedSession): Promise<void> {
    try {
      await this.containers.create(session, actorOf(user));
      await this.failpoints.hit('sessions.create.begun');
    } catch (error) {
      if (error instanceof DomainError && error.code === 'container.limit_reached') {
        await this.removal.remove(user, session.id);
        await this.failpoints.hit('sessions.create.taken-back');
      }
      throw error;
    }
  }
}
