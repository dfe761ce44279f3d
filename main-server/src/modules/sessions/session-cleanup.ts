import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../../database/write-queue.ts';
import { BlobsService } from '../blobs/blobs.service.ts';
import { SessionContainersService } from '../containers/session-containers.service.ts';
import { SessionStore } from '../session-state/session-store.ts';
import type { Session } from '../session-state/session.ts';

const retryMs = 30_000;

/** Takes away what a deleted session leaves behind; what a crash or a provider that is away interrupts is taken up again. */
@Injectable()
export class SessionCleanup implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SessionCleanup.name);
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly retries = new Set<() => void>();
  private isStopped = false;

  constructor(
    private readonly store: SessionStore,
    private readonly containers: SessionContainersService,
    private readonly blobs: BlobsService,
    private readonly writeQueue: WriteQueue,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const session of await this.store.listDeleting()) this.begin(session);
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    for (const cancel of this.retries) cancel();
    await Promise.allSettled(this.underWay.values());
  }

  /** Returns at once. The session must be marked as deleted. */
  begin(session: Session): void {
    if (this.isStopped || this.underWay.has(session.id)) return;
    const work = this.run(session)
      .catch((error: unknown) => {
        this.logger.warn({ msg: 'A session could not be removed yet', sessionId: session.id, err: error });
        this.retryLater(session);
      })
      .finally(() => this.underWay.delete(session.id));
    this.underWay.set(session.id, work);
  }

  /** The rows go last: as long as they are there, a crash is followed by another try. */
  private async run(session: Session): Promise<void> {
    await this.containers.removeData(session);
    await this.failpoints.hit('sessions.cleanup.data-removed');
    await this.blobs.removeAll(session.id);
    await this.failpoints.hit('sessions.cleanup.blobs-removed');
    await this.writeQueue.run((manager) => this.store.remove(manager, session.id));
    await this.failpoints.hit('sessions.cleanup.rows-removed');
  }

  private retryLater(session: Session): void {
    if (this.isStopped) return;
    const cancel = this.clock.schedule(retryMs, () => {
      this.retries.delete(cancel);
      this.begin(session);
    });
    this.retries.add(cancel);
  }
}
