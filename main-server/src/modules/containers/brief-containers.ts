import { posix } from 'node:path';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock, DomainError, Failpoints } from '@codex-webapp/nest-kit';
import { Repository } from 'typeorm';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { BriefContainerEntity } from './brief-container.entity.ts';
import { ContainerSpecs } from './container-specs.ts';
import { describeFailure, translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { ContainerProvider, ContainerSpec } from './providers/container-provider.ts';

export interface BriefContainer {
  /** A UUID, as a session has. */
  readonly id: string;
  /** Beside what every container gets. Holds a token. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables of the server's environment for sessions that this one must not get. */
  readonly withoutVariables: (name: string) => boolean;
}

interface LiveContainer {
  readonly abort: AbortController;
  readonly started: Promise<unknown>;
}

const sweepAgainMs = 30_000;
const stopGraceMs = 1_000;

/**
 * Containers that serve no session: they live for minutes, on data of their own, and nothing of them is left. A row
 * stands from before one is made until it is gone, so that the next process of this server removes what a crash left.
 */
@Injectable()
export class BriefContainers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(BriefContainers.name);
  /** Those that this process started and nobody has removed yet. */
  private readonly live = new Map<string, LiveContainer>();
  private sweeping: Promise<void> | null = null;
  private cancelNext: () => void = () => undefined;
  private isStopped = false;

  constructor(
    @InjectRepository(BriefContainerEntity) private readonly rows: Repository<BriefContainerEntity>,
    private readonly registry: ContainerProviderRegistry,
    private readonly specs: ContainerSpecs,
    private readonly writeQueue: WriteQueue,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    void this.sweep();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.cancelNext();
    await Promise.all([...this.live.keys()].map((id) => this.remove(id)));
    await this.sweeping;
  }

  async has(id: string): Promise<boolean> {
    return (await findRow(this.rows, { id })) !== null;
  }

  /** Where one would run. @throws device_login.unavailable, container.provider_unreachable */
  async assertPossible(): Promise<void> {
    const provider = await this.registry.default();
    if (!provider.runsBriefly) throw impossible();
    const { isAvailable, note } = await translated(() => provider.check());
    if (isAvailable) return;
    throw new DomainError('container.provider_unreachable', {
      message: note ?? 'Containers cannot be started now.',
    });
  }

  /** Resolves once the provider has accepted it. @throws DomainError; then nothing is left either */
  async start(container: BriefContainer): Promise<void> {
    const provider = await this.registry.default();
    if (!provider.runsBriefly) throw impossible();
    const { id } = container;
    const abort = new AbortController();
    // All of it, from the row on: a removal that did not wait for it would leave behind what it makes afterwards.
    const started = this.begin(provider, container, abort.signal);
    this.live.set(id, { abort, started });
    try {
      await translated(() => started);
    } catch (error) {
      await this.remove(id);
      throw error;
    }
    await this.failpoints.hit('containers.brief.started');
  }

  /** Ends it and deletes all that is of it; what cannot be deleted now is tried again. Repeating it succeeds. */
  async remove(id: string): Promise<void> {
    const entry = this.live.get(id);
    entry?.abort.abort();
    // What a start that was given up has made meanwhile is to go, too.
    await entry?.started.catch(() => undefined);
    try {
      const row = await findRow(this.rows, { id });
      if (row !== null) await this.discard(row);
    } catch (error) {
      this.logger.warn({
        msg: 'A container could not be removed yet',
        containerId: id,
        reason: describeFailure(error),
      });
      this.sweepLater();
    } finally {
      this.live.delete(id);
    }
  }

  /** One look at all that earlier processes, or failed removals, left. */
  sweep(): Promise<void> {
    this.sweeping ??= this.sweepOnce()
      .catch((error: unknown) => this.logger.error({ msg: 'Containers could not be swept', err: error }))
      .finally(() => (this.sweeping = null));
    return this.sweeping;
  }

  private async sweepOnce(): Promise<void> {
    for (const row of await this.rows.find()) {
      if (this.isStopped) return;
      if (!this.live.has(row.id)) await this.remove(row.id);
    }
  }

  private sweepLater(): void {
    this.cancelNext();
    if (!this.isStopped) this.cancelNext = this.clock.schedule(sweepAgainMs, () => void this.sweep());
  }

  private async discard({ id, provider: name }: BriefContainerEntity): Promise<void> {
    const provider = this.registry.get(name);
    const ref = { provider: name, sessionId: id, id };
    await provider.stop(ref, { graceMs: stopGraceMs });
    await this.failpoints.hit('containers.brief.stopped');
    await provider.removeData(id);
    await this.failpoints.hit('containers.brief.removed');
    await this.writeQueue.run((manager) => manager.delete(BriefContainerEntity, { id }));
    await this.failpoints.hit('containers.brief.forgotten');
  }

  private async begin(
    provider: ContainerProvider,
    { id, environment, withoutVariables }: BriefContainer,
    signal: AbortSignal,
  ): Promise<void> {
    const row = { id, provider: provider.name, createdAt: this.clock.now() };
    await this.writeQueue.run((manager) => manager.insert(BriefContainerEntity, row));
    await this.failpoints.hit('containers.brief.written');
    signal.throwIfAborted();
    const shared = Object.entries(await this.specs.shared(provider));
    const dataPath = posix.dirname(provider.workspacePath(id));
    const spec: ContainerSpec = {
      sessionId: id,
      generation: 1,
      size: 'small',
      environment: {
        ...Object.fromEntries(shared.filter(([name]) => !withoutVariables(name))),
        SESSION_ID: id,
        WORKSPACE_PATH: provider.workspacePath(id),
        AGENT_HOME: posix.join(dataPath, 'home'),
        STATE_PATH: posix.join(dataPath, 'state'),
        LOCAL_PAGE: 'off',
        ...environment,
      },
    };
    await provider.start(spec, { signal });
  }
}

function impossible(): DomainError {
  return new DomainError('device_login.unavailable', {
    message:
      'Where sessions run here, no container can be had for a few minutes. Log the agent in on your own machine, and put its token or file here.',
  });
}
