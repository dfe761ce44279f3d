import { Injectable } from '@nestjs/common';
import type { CreateSessionRequest, SessionResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionContainersService } from '../containers/session-containers.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { SessionDrafts } from './session-drafts.ts';

@Injectable()
export class SessionCreationService {
  constructor(
    private readonly drafts: SessionDrafts,
    private readonly state: SessionStateService,
    private readonly containers: SessionContainersService,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
  ) {}

  /** Stores the session and sets its container going. @throws container.provider_unknown */
  async create(user: AuthUser, request: CreateSessionRequest): Promise<SessionResponse> {
    const actor = actorOf(user);
    const session = await this.drafts.draft(user, request);
    await this.writeQueue.run(async (manager) => {
      await this.state.insert(manager, session);
      this.audit.record(manager, { actor, action: 'session.created', sessionId: session.id });
    });
    // A container run by hand begins with its environment, which `container/create` answers.
    if (session.provider !== 'manual') await this.containers.create(session, actor);
    return this.state.toResponse(await this.state.getOwned(user, session.id));
  }
}
