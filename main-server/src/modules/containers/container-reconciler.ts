import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import { linkEvents, type LinkConnected, type LinkDisconnected } from '../link/link.events.ts';
import type { Container } from './container.entity.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import {
  isPreparing,
  isWatching,
  type ContainerProvider,
  type LabelledContainer,
} from './providers/container-provider.ts';
import { SessionContainersService } from './session-containers.service.ts';

const intervalMs = 30_000;
/** A link lost because its container ended: the backend knows a moment later. */
const afterDisconnectMs = 1_000;
/** Longer than any half-made thing lives: what nobody claims by then has no owner. */
const orphanGraceMs = 10 * 60_000;

/** Sees to it that `reconcile` looks at each session: at boot, when something happens, and every 30 s. */
@Injectable()
export class ContainerReconciler
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger(ContainerReconciler.name);
  private readonly watches: (() => void)[] = [];
  private readonly orphansSince = new Map<string, number>();
  private cancelNext: () => void = () => undefined;
  private look: Promise<void> | null = null;
  private isStopped = false;

  constructor(
    private readonly containers: SessionContainersService,
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly progress: ContainerProgress,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    for (const provider of this.registry.all()) {
      if (isWatching(provider)) this.watches.push(provider.watch((sessionId) => this.onChange(sessionId)));
    }
    void this.prepareDefault();
    void this.lookAgain();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.cancelNext();
    for (const end of this.watches) end();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.look;
  }

  @OnEvent(linkEvents.connected)
  onConnected({ sessionId }: LinkConnected): void {
    void this.reconcileOne(sessionId);
    this.tell(sessionId);
  }

  @OnEvent(linkEvents.disconnected)
  onDisconnected({ sessionId }: LinkDisconnected): void {
    this.tell(sessionId);
    this.clock.schedule(afterDisconnectMs, () => void this.reconcileOne(sessionId));
  }

  /** One look at everything; a call during a look waits for that one. */
  reconcileAll(): Promise<void> {
    this.look ??= this.lookAtAll()
      .catch((error: unknown) => this.logger.error({ msg: 'Reconciling failed', err: error }))
      .finally(() => (this.look = null));
    return this.look;
  }

  private async lookAgain(): Promise<void> {
    await this.reconcileAll();
    if (!this.isStopped) this.cancelNext = this.clock.schedule(intervalMs, () => void this.lookAgain());
  }

  private async lookAtAll(): Promise<void> {
    const rows = await this.records.list();
    for (const provider of this.registry.all()) {
      const mine = rows.filter((row) => row.provider === provider.name);
      const found = await this.list(provider);
      for (const row of mine) {
        if (this.isStopped) return;
        if (found === null || !this.isAsWanted(row, found)) await this.reconcileOne(row.sessionId);
      }
      if (found !== null) await this.removeOrphans(provider, found);
    }
  }

  /** Null when the backend does not answer. */
  private async list(provider: ContainerProvider): Promise<readonly LabelledContainer[] | null> {
    if (!provider.startsByItself) return null;
    try {
      return await provider.list();
    } catch {
      // Each session's own look finds the reason and shows it.
      return null;
    }
  }

  /** A cheap answer for the many that need nothing. */
  private isAsWanted(row: Container, found: readonly LabelledContainer[]): boolean {
    const container = found.find(({ sessionId }) => sessionId === row.sessionId);
    if (row.desired === 'running') {
      return (
        row.status === 'running' && container?.isRunning === true && container.generation === row.generation
      );
    }
    if (row.desired === 'stopped') return !container?.isRunning && ['stopped', 'error'].includes(row.status);
    return container === undefined && row.status === 'absent';
  }

  /** Containers with our label that no row remembers. Their data stays: only a deleted session's data goes. */
  private async removeOrphans(
    provider: ContainerProvider,
    found: readonly LabelledContainer[],
  ): Promise<void> {
    const now = this.clock.now();
    for (const { ref, sessionId } of found) {
      const key = `${provider.name} ${ref.id}`;
      if ((await this.records.find(sessionId)) !== null || this.containers.isBusy(sessionId)) {
        this.orphansSince.delete(key);
        continue;
      }
      const since = this.orphansSince.get(key) ?? now;
      this.orphansSince.set(key, since);
      if (now - since < orphanGraceMs) continue;
      this.logger.warn({ msg: 'Removing a container without a session', sessionId, provider: provider.name });
      try {
        await provider.remove(ref);
        this.orphansSince.delete(key);
      } catch (error) {
        // One that cannot be removed keeps nobody else waiting; the next look tries again.
        this.logger.warn({ msg: 'An orphan could not be removed', sessionId, err: error });
      }
    }
  }

  private onChange(sessionId: string | null): void {
    if (this.isStopped) return;
    if (sessionId === null) void this.reconcileAll();
    else void this.reconcileOne(sessionId);
  }

  /** Never rejects: the trouble of one session is not that of the others. */
  private async reconcileOne(sessionId: string): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.containers.reconcile(sessionId);
    } catch (error) {
      this.logger.warn({ msg: 'A session could not be reconciled', sessionId, err: error });
    }
  }

  private tell(sessionId: string): void {
    this.progress.tell(sessionId).catch((error: unknown) => {
      this.logger.warn({ msg: 'Pages could not be told of a link', sessionId, err: error });
    });
  }

  /** The image is got ahead of the first session. What fails here is tried again, and shown, by the first start. */
  private async prepareDefault(): Promise<void> {
    const provider = await this.registry.default();
    if (!isPreparing(provider)) return;
    try {
      await provider.prepare();
      this.logger.log({ msg: 'Image of the sessions is ready', provider: provider.name });
    } catch (error) {
      this.logger.warn({
        msg: 'The image of the sessions could not be prepared',
        provider: provider.name,
        err: error,
      });
    }
  }
}
