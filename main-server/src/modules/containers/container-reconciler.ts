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
import { ContainerImages } from './container-images.ts';
import { ContainerOrphans } from './container-orphans.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSleeps } from './container-sleeps.ts';
import { ContainerWakes } from './container-wakes.ts';
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
/** A backend that does not answer is asked more often: what it runs is shown again soon after it is back. */
const whileAwayMs = 5_000;

/** Sees to it that `reconcile` looks at each session: at boot, when something happens, and every 30 s. */
@Injectable()
export class ContainerReconciler
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger(ContainerReconciler.name);
  private readonly watches: (() => void)[] = [];
  private cancelNext: () => void = () => undefined;
  private look: Promise<void> | null = null;
  private isStopped = false;
  private isBackendAway = false;

  constructor(
    private readonly containers: SessionContainersService,
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly progress: ContainerProgress,
    private readonly orphans: ContainerOrphans,
    private readonly sleeps: ContainerSleeps,
    private readonly wakes: ContainerWakes,
    private readonly images: ContainerImages,
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
    await this.putIdleToSleep();
    this.wakes.lookForRoom();
    if (this.isStopped) return;
    const pauseMs = this.isBackendAway ? whileAwayMs : intervalMs;
    this.cancelNext = this.clock.schedule(pauseMs, () => void this.lookAgain());
  }

  private async putIdleToSleep(): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.sleeps.look();
    } catch (error) {
      this.logger.error({ msg: 'Idle sessions could not be stopped', err: error });
    }
  }

  private async lookAtAll(): Promise<void> {
    const rows = await this.records.list();
    let isBackendAway = false;
    for (const provider of this.registry.all()) {
      const mine = rows.filter((row) => row.provider === provider.name);
      const found = await this.list(provider);
      isBackendAway ||= found === null && provider.startsByItself && mine.length > 0;
      for (const row of mine) {
        if (this.isStopped) return;
        if (found === null || !this.isAsWanted(row, found)) await this.reconcileOne(row.sessionId);
      }
      if (found !== null) await this.orphans.look(provider, found);
      if (await this.images.look(provider))
        for (const row of mine) await this.progress.announce(row.sessionId);
    }
    this.isBackendAway = isBackendAway;
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
