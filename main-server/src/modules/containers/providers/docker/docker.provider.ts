import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { containerStartSteps } from '@codex-webapp/contracts';
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
import { type CreatedContainer, DockerContainers } from './docker-containers.ts';
import { DockerEngine } from './docker-engine.ts';
import { watchEngine } from './docker-events.ts';
import { DockerImage } from './docker-image.ts';
import { readContainerLog } from './docker-logs.ts';
import { DockerNames, labels } from './docker-names.ts';
import { DockerOuterNetwork } from './docker-outer-network.ts';
import { DockerRouter } from './docker-router.ts';
import { DockerStats } from './docker-stats.ts';
import { dataFolder, toCreateOptions } from './docker-template.ts';
import { translate } from './docker.errors.ts';
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
  private readonly containers: DockerContainers;
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
    this.containers = new DockerContainers(docker, this.names);
    this.engine = new DockerEngine(docker, this.names, {
      runtime: options.runtime,
      largestMemoryBytes: options.sizes.large.memoryBytes,
      diskBound: describeBound(options.disk),
    });
    this.disk = new DiskWatch(docker, this.names, options.disk, (sessionId) =>
      this.containers.stop(sessionId),
    );
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
    const found = await translate(this.containers.find(ref.sessionId));
    if (found === null) return { state: 'absent' };
    const { State: state } = found;
    if (state.Running || state.Restarting) return { state: 'running', startedAt: state.StartedAt };
    const reason = this.disk.reasonOf(ref.sessionId) ?? describeEnd(state);
    return { state: 'stopped', exitCode: state.ExitCode, reason };
  }

  async stop(ref: ContainerRef, options: StopOptions = {}): Promise<void> {
    await translate(this.containers.stop(ref.sessionId, options.graceMs));
    // A stopped container needs none, and the next start makes one.
    await translate(this.networks.remove(ref.sessionId));
  }

  async remove(ref: ContainerRef): Promise<void> {
    const found = await translate(this.containers.find(ref.sessionId));
    if (found !== null) await translate(this.containers.remove(found.Id));
    await translate(this.networks.remove(ref.sessionId));
  }

  async removeData(sessionId: string): Promise<void> {
    await this.remove(this.refOf(sessionId));
    await translate(this.archives.removeOf(sessionId));
    await translate(this.volumes.remove(sessionId));
  }

  async list(): Promise<readonly LabelledContainer[]> {
    const [containers, networks] = await translate(
      Promise.all([this.containers.list(), this.networks.list()]),
    );
    const present = containers.map((container) => ({
      sessionId: container.Labels[labels.session] ?? '',
      generation: Number(container.Labels[labels.generation] ?? 0),
      isRunning: container.State === 'running' || container.State === 'restarting',
    }));
    const known = new Set(present.map(({ sessionId }) => sessionId));
    // What a start or a removal that was interrupted left; listed, so that somebody removes it.
    const halfMade = new Set(networks.map(({ sessionId }) => sessionId).filter((id) => !known.has(id)));
    const listed = [
      ...present,
      ...[...halfMade].map((sessionId) => ({ sessionId, generation: 0, isRunning: false })),
    ];
    return listed.map((one) => ({ ...one, ref: this.refOf(one.sessionId) }));
  }

  findImage(): Promise<ContainerImage | null> {
    return translate(this.image.findHere());
  }

  archive(sessionId: string, signal?: AbortSignal): Promise<Readable> {
    return translate(this.archives.open(sessionId, signal));
  }

  async *logs(ref: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    const found = await translate(this.containers.find(ref.sessionId));
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
    if (onImage !== undefined) onImage(await this.containers.imageOf(id), isNew);
    onProgress?.('start', null);
    await this.containers.start(id);
    return this.refOf(spec.sessionId);
  }

  /** The one container of this session and generation, made now or by a call whose answer was lost. */
  private async createOrAdopt(
    spec: ContainerSpec,
    image: string,
    { onProgress, signal }: StartOptions,
  ): Promise<CreatedContainer> {
    onProgress?.('volume', null);
    const found = await this.containers.find(spec.sessionId);
    if (found !== null) {
      const isSame = found.Config.Labels[labels.generation] === String(spec.generation);
      if (isSame && found.State.Running) return { id: found.Id, isNew: false };
      await this.containers.remove(found.Id);
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
    return this.containers.create(spec, options);
  }

  /** With which a session's files can be read, also when the one it should start from cannot be had. */
  private async *imagesFor(sessionId: string, signal?: AbortSignal): AsyncIterable<string> {
    const present = [await this.containers.find(sessionId), await this.router.inspect()];
    for (const container of present) if (container !== null) yield container.Image;
    yield this.image.ensure({ signal });
  }

  private async prepareAll(): Promise<void> {
    const image = await this.image.ensure();
    await this.router.ensure(this.options.routerImage ?? image);
  }

  private refOf(sessionId: string): ContainerRef {
    return { provider: this.name, sessionId, id: this.names.ofSession(sessionId) };
  }
}
