import { Injectable } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { SessionCleanup } from './session-cleanup.ts';

@Injectable()
export class SessionRemovalService {
  constructor(
    private readonly state: SessionStateService,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly cleanup: SessionCleanup,
    private readonly failpoints: Failpoints,
  ) {}

  /** Resolves when the session is gone for everybody; its container and data follow. @throws session.not_found */
  async remove(user: AuthUser, id: string): Promise<void> {
    const session = await this.state.getOwned(user, id);
    await this.failpoints.hit('sessions.remove.read');
    await this.writeQueue.run(async (manager) => {
      await this.state.markDeleting(manager, session);
      this.audit.record(manager, { actor: actorOf(user), action: 'session.deleted', sessionId: id });
    });
    await this.failpoints.hit('sessions.remove.marked');
    this.cleanup.begin(session);
  }
}
