import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { SessionStore } from '../session-state/session-store.ts';
import type { Session } from '../session-state/session.ts';

const retryMs = 30_000;

/**
 * Deletes sessions: marked first, which hides them from everybody at once, then the container, its data, the rows.
 * What a crash or a provider that is away interrupts is taken up again.
 */
@Injectable()
export class SessionRemovalService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SessionRemovalService.name);
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly retries = new Set<() => void>();
  private isStopped = false;

  constructor(
    private readonly state: SessionStateService,
    private readonly store: SessionStore,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const session of await this.store.listDeleting()) this.finishInBackground(session);
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    for (const cancel of this.retries) cancel();
    await Promise.allSettled(this.underWay.values());
  }

  /** Resolves when the session is gone for everybody; its container follows. @throws session.not_found */
  async remove(user: AuthUser, id: string): Promise<void> {
    const session = await this.state.getOwned(user, id);
    await this.writeQueue.run(async (manager) => {
      await this.state.markDeleting(manager, session);
      await this.audit.record(manager, { actor: actorOf(user), action: 'session.deleted', sessionId: id });
    });
    this.finishInBackground(session);
  }

  private finishInBackground(session: Session): void {
    if (this.isStopped || this.underWay.has(session.id)) return;
    const work = this.finish(session)
      .catch((error: unknown) => {
        this.logger.warn({ msg: 'A session could not be removed yet', sessionId: session.id, err: error });
        this.retryLater(session);
      })
      .finally(() => this.underWay.delete(session.id));
    this.underWay.set(session.id, work);
  }

  private async finish(session: Session): Promise<void> {
    await this.writeQueue.run((manager) => this.store.remove(manager, session.id));
  }

  private retryLater(session: Session): void {
    if (this.isStopped) return;
    const cancel = this.clock.schedule(retryMs, () => {
      this.retries.delete(cancel);
      this.finishInBackground(session);
    });
    this.retries.add(cancel);
  }
}
