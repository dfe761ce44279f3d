import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { containerStartSteps } from '@codex-webapp/contracts';
import type { ContainerInspectInfo } from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ArchivingContainerProvider,
  ContainerImage,
  ContainerRef,
  ContainerSpec,
  ContainerState,
  ContainerStats,
  ImageContainerProvider,
  LabelledContainer,
  LogLine,
  LogOptions,
  PreparingContainerProvider,
  ProviderAvailability,
  StartOptions,
  StopOptions,
  WatchingContainerProvider,
} from '../container-provider.ts';
import { toSizeResponses, type ContainerSizes } from './container-sizes.ts';
import { describeEnd } from './describe-end.ts';
import { describeBound, DiskWatch, type DiskBound } from './disk-watch.ts';
import { DockerArchives } from './docker-archives.ts';
import { DockerEngine } from './docker-engine.ts';
import { watchEngine } from './docker-events.ts';
import { DockerImage } from './docker-image.ts';
import { readContainerLog } from './docker-logs.ts';
import { DockerNames, labels } from './docker-names.ts';
import { DockerOuterNetwork } from './docker-outer-network.ts';
import { DockerRouter } from './docker-router.ts';
import { DockerStats } from './docker-stats.ts';
import { dataFolder, toCreateOptions } from './docker-template.ts';
import { ignore, isAbsent, isConflict, translate } from './docker.errors.ts';
import { findMainAddress, type MainAddress } from './main-address.ts';
import { MachineAddresses } from './machine-addresses.ts';
import type { AllowedDestination } from './router-rules.ts';
import { SessionNetworks } from './session-networks.ts';
import { SessionVolumes } from './session-volumes.ts';
import { parsePool } from './subnets.ts';

export interface DockerProviderOptions {
  readonly instanceId: string;
  readonly image: string | null;
  readonly repositoryFolder: string;
  /** With the router's program in it; null: the image of the sessions. */
  readonly routerImage: string | null;
  /** A network in which main-server stands when it runs in a container; null: it runs on this machine. */
  readonly network: string | null;
  /** Where containers find main-server, over HTTP and over WebSocket; null: on this machine. */
  readonly mainUrl: string | null;
  readonly mainWsUrl: string | null;
  readonly containerPort: number;
  /** From which each session's network is taken, e.g. `10.213.0.0/16`. */
  readonly addressPool: string;
  readonly allowed: readonly AllowedDestination[];
  readonly sizes: ContainerSizes;
  readonly runtime: string | null;
  /** What a session's volume may hold, by the driver's means or by a watch. */
  readonly disk: DiskBound;
  /** Further options of the volume driver. */
  readonly volumeOptions: Readonly<Record<string, string>>;
}

interface Made {
  readonly id: string;
  readonly isNew: boolean;
}

const stopGraceMs = 10_000;
const conflictLooks = 50;
const conflictPauseMs = 100;

/** Docker, straight or by way of the provisioner. */
export interface DockerProvider
  extends
    WatchingContainerProvider,
    PreparingContainerProvider,
    ImageContainerProvider,
    ArchivingContainerProvider {
  /** Where main-server has to listen for its containers; null when that is not on this machine. */
  hostAddress(): Promise<string | null>;
}

/** Runs each session in a container of its own, on a volume of its own. */
export class DockerContainerProvider implements DockerProvider {
  readonly name = 'docker';
  readonly isIsolated = true;
  readonly startsByItself = true;
  readonly canSwitchInternetOff = true;
  readonly runsBriefly = true;
  readonly startSteps = containerStartSteps;
  readonly sizes;
  private readonly names: DockerNames;
  private readonly image: DockerImage;
  private readonly outer: DockerOuterNetwork;
  private readonly networks: SessionNetworks;
  private readonly volumes: SessionVolumes;
  private readonly router: DockerRouter;
  private readonly main: MainAddress;
  private readonly engine: DockerEngine;
  private readonly disk: DiskWatch;
  private readonly use: DockerStats;
  private readonly archives: DockerArchives;

  constructor(
    private readonly docker: Docker,
    private readonly options: DockerProviderOptions,
  ) {
    this.names = new DockerNames(options.instanceId);
    this.sizes = toSizeResponses(options.sizes);
    this.engine = new DockerEngine(docker, this.names, {
      runtime: options.runtime,
      largestMemoryBytes: options.sizes.large.memoryBytes,
      diskBound: describeBound(options.disk),
    });
    this.disk = new DiskWatch(docker, this.names, options.disk, (sessionId) => this.stopContainer(sessionId));
    this.use = new DockerStats(docker, this.names, this.disk);
    this.image = new DockerImage(docker, options);
    this.archives = new DockerArchives(docker, this.names, {
      images: (sessionId, signal) => this.imagesFor(sessionId, signal),
      limits: async () => this.engine.fit(options.sizes.small),
      runtime: options.runtime,
    });
    const pool = parsePool(options.addressPool);
    this.main = findMainAddress(options);
    this.outer = new DockerOuterNetwork(docker, this.names);
    this.networks = new SessionNetworks(docker, this.names, pool);
    this.volumes = new SessionVolumes(docker, this.names, this.engine, {
      bytes: options.disk.bytes,
      driverOptions: options.volumeOptions,
    });
    this.router = new DockerRouter(
      docker,
      this.names,
      this.outer,
      this.networks,
      new MachineAddresses(docker, this.names),
      {
        pool,
        allowed: [...options.allowed, ...this.main.allowed],
        relays: this.main.relays,
        containerPort: options.containerPort,
        mainNetwork: options.network,
      },
    );
  }

  workspacePath(): string {
    return `${dataFolder}/workspace`;
  }

  async mainUrl(): Promise<string> {
    return this.main.url;
  }

  /** The address of this machine at which the router reaches it, where main-server has to listen; null when not here. */
  async hostAddress(): Promise<string | null> {
    if (this.options.network !== null || this.options.mainUrl !== null) return null;
    return (await translate(this.outer.ensure())).gateway;
  }

  check(): Promise<ProviderAvailability> {
    return this.engine.check();
  }

  async prepare(): Promise<void> {
    await translate(this.prepareAll());
  }

  async start(spec: ContainerSpec, options: StartOptions = {}): Promise<ContainerRef> {
    return translate(this.startContainer(spec, options));
  }

  async inspect(ref: ContainerRef): Promise<ContainerState> {
    const found = await translate(this.find(ref.sessionId));
    if (found === null) return { state: 'absent' };
    const { State: state } = found;
    if (state.Running || state.Restarting) return { state: 'running', startedAt: state.StartedAt };
    const reason = this.disk.reasonOf(ref.sessionId) ?? describeEnd(state);
    return { state: 'stopped', exitCode: state.ExitCode, reason };
  }

  async stop(ref: ContainerRef, options: StopOptions = {}): Promise<void> {
    await translate(this.stopContainer(ref.sessionId, options.graceMs));
    // A stopped container needs none, and the next start makes one.
    await translate(this.networks.remove(ref.sessionId));
  }

  async remove(ref: ContainerRef): Promise<void> {
    const found = await translate(this.find(ref.sessionId));
    if (found !== null) await translate(this.removeContainer(found.Id));
    await translate(this.networks.remove(ref.sessionId));
  }

  async removeData(sessionId: string): Promise<void> {
    await this.remove(this.refOf(sessionId));
    await translate(this.archives.removeOf(sessionId));
    await translate(this.volumes.remove(sessionId));
  }

  async list(): Promise<readonly LabelledContainer[]> {
    const found = await translate(
      this.docker.listContainers({ all: true, filters: { label: [this.names.filter, labels.session] } }),
    );
    return found.map((container) => {
      const sessionId = container.Labels[labels.session] ?? '';
      return {
        ref: this.refOf(sessionId),
        sessionId,
        generation: Number(container.Labels[labels.generation] ?? 0),
        isRunning: container.State === 'running' || container.State === 'restarting',
      };
    });
  }

  findImage(): Promise<ContainerImage | null> {
    return translate(this.image.findHere());
  }

  archive(sessionId: string, signal?: AbortSignal): Promise<Readable> {
    return translate(this.archives.open(sessionId, signal));
  }

  async *logs(ref: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    const found = await translate(this.find(ref.sessionId));
    if (found === null) return;
    yield* readContainerLog(this.docker.getContainer(found.Id), found.Id, options);
  }

  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    return this.use.read(sessionIds);
  }

  watch(onChange: (sessionId: string | null) => void): () => void {
    const endEvents = watchEngine(this.docker, this.names, onChange);
    const endDisk = this.disk.begin();
    const endArchives = this.archives.begin();
    return () => {
      endEvents();
      endDisk();
      endArchives();
    };
  }

  private async startContainer(
    spec: ContainerSpec,
    { onProgress, onImage, signal }: StartOptions,
  ): Promise<ContainerRef> {
    onProgress?.('image', null);
    const image = await this.image.ensure({
      onLine: (line) => onProgress?.('image', line),
      signal,
      pulls: spec.pullsImage,
    });
    signal?.throwIfAborted();
    const { id, isNew } = await this.createOrAdopt(spec, image, { onProgress, signal });
    signal?.throwIfAborted();
    if (onImage !== undefined) onImage(await this.imageOf(id), isNew);
    onProgress?.('start', null);
    await ignore(this.docker.getContainer(id).start(), isConflict);
    return this.refOf(spec.sessionId);
  }

  /** The one container of this session and generation, made now or by a call whose answer was lost. */
  private async createOrAdopt(
    spec: ContainerSpec,
    image: string,
    { onProgress, signal }: StartOptions,
  ): Promise<Made> {
    onProgress?.('volume', null);
    const found = await this.find(spec.sessionId);
    if (found !== null) {
      const isSame = found.Config.Labels[labels.generation] === String(spec.generation);
      if (isSame && found.State.Running) return { id: found.Id, isNew: false };
      await this.removeContainer(found.Id);
    }
    const mount = await this.volumes.ensure(spec.sessionId);
    signal?.throwIfAborted();
    onProgress?.('network', null);
    const router = await this.router.ensure(this.options.routerImage ?? image);
    signal?.throwIfAborted();
    const network = await this.networks.ensure(spec.sessionId, spec.internet ?? true);
    await this.router.enter(network.id, router);
    signal?.throwIfAborted();
    onProgress?.('create', null);
    const options = toCreateOptions(spec, {
      name: this.names.ofSession(spec.sessionId),
      image,
      network: network.id,
      routerAddress: network.routerAddress,
      routerNames: this.main.names,
      labels: this.names.labelsOf(spec.sessionId),
      limits: await this.engine.fit(this.options.sizes[spec.size ?? 'medium']),
      runtime: this.options.runtime,
      mount,
    });
    this.disk.forget(spec.sessionId);
    try {
      return { id: (await this.docker.createContainer(options)).id, isNew: true };
    } catch (error) {
      if (!isConflict(error)) throw error;
      const id = await this.findSoon(spec);
      if (id !== null) return { id, isNew: false };
      throw error;
    }
  }

  /** The engine gives a name away a moment before it can say to what: a create whose answer was lost is still at work. */
  private async findSoon({ sessionId, generation }: ContainerSpec): Promise<string | null> {
    for (let look = 0; look < conflictLooks; look += 1) {
      const found = await this.find(sessionId);
      if (found !== null)
        return found.Config.Labels[labels.generation] === String(generation) ? found.Id : null;
      await new Promise((resolve) => setTimeout(resolve, conflictPauseMs));
    }
    return null;
  }

  /** Null when there is none. @throws rejected when a stranger has its name */
  private async find(sessionId: string): Promise<ContainerInspectInfo | null> {
    const name = this.names.ofSession(sessionId);
    try {
      const found = await this.docker.getContainer(name).inspect();
      const isOurs =
        this.names.isOurs(found.Config.Labels) && found.Config.Labels[labels.session] === sessionId;
      if (isOurs) return found;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
    throw new ContainerProviderError(
      'rejected',
      `A container named ${name} is not ours. Rename or remove it.`,
    );
  }

  private async imageOf(id: string): Promise<ContainerImage> {
    const { Config, Image } = await this.docker.getContainer(id).inspect();
    return { name: Config.Image, id: Image };
  }

  /** With which a session's files can be read, also when the one it should start from cannot be had. */
  private async *imagesFor(sessionId: string, signal?: AbortSignal): AsyncIterable<string> {
    const present = [await this.find(sessionId), await this.router.inspect()];
    for (const container of present) if (container !== null) yield container.Image;
    yield this.image.ensure({ signal });
  }

  private async prepareAll(): Promise<void> {
    const image = await this.image.ensure();
    await this.router.ensure(this.options.routerImage ?? image);
  }

  private async stopContainer(sessionId: string, graceMs = stopGraceMs): Promise<void> {
    const found = await this.find(sessionId);
    if (found === null || !(found.State.Running || found.State.Restarting)) return;
    const seconds = Math.ceil(graceMs / 1_000);
    await ignore(this.docker.getContainer(found.Id).stop({ t: seconds }), isAbsent, isConflict);
  }

  private async removeContainer(id: string): Promise<void> {
    await ignore(this.docker.getContainer(id).remove({ force: true }), isAbsent, isConflict);
    // A removal that another call began is reported as a conflict before it is done.
    await ignore(this.docker.getContainer(id).wait({ condition: 'removed' }), isAbsent);
  }

  private refOf(sessionId: string): ContainerRef {
    return { provider: this.name, sessionId, id: this.names.ofSession(sessionId) };
  }
}
