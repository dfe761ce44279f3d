import type { ContainerSizeName } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type { ContainerSpec, StartOptions } from '../container-provider.ts';
import type { DokployApps, OwnApp } from './dokploy-apps.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { registryOf, type DokployConnection } from './dokploy-connection.ts';
import type { DokployDeployments } from './dokploy-deployments.ts';
import type { DokployEngine } from './dokploy-engine.ts';
import { encodeEnvironment } from './dokploy-env.ts';
import { imageNote } from './dokploy-notes.ts';
import type { DokployNames } from './dokploy-names.ts';
import type { DokployNetworks } from './dokploy-networks.ts';
import type { DokployPlace, DokployPlaces } from './dokploy-places.ts';
import { isLive, type Task } from './dokploy-tasks.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

export const dataFolder = '/data';

export interface DokployStarterParts {
  readonly client: DokployClient;
  readonly connection: DokployConnection;
  readonly names: DokployNames;
  readonly apps: DokployApps;
  readonly networks: DokployNetworks;
  readonly places: DokployPlaces;
  readonly engine: DokployEngine;
  readonly deployments: DokployDeployments;
}

export type DokploySizes = Readonly<
  Record<ContainerSizeName, { readonly memoryBytes: number; readonly nanoCpus: number }>
>;

export interface StarterLimits {
  readonly sizes: DokploySizes;
  readonly pollMs: number;
  /** For a task that found no node. */
  readonly pendingMs: number;
  /** For the node to pull the image, where the deployment did not. */
  readonly preparingMs: number;
}

/** Takes a session's app from nothing, or from whatever an earlier call left behind, to a task that runs. */
export class DokployStarter {
  constructor(
    private readonly parts: DokployStarterParts,
    private readonly limits: StarterLimits,
    /** Ends what runs in an app and resolves when it is gone. */
    private readonly quiet: (app: OwnApp) => Promise<void>,
  ) {}

  /** Done twice for the same generation it does nothing more. */
  async start(spec: ContainerSpec, options: StartOptions): Promise<OwnApp> {
    const { apps, places, networks, engine, names } = this.parts;
    const image = this.requireImage();
    const { sessionId, generation } = spec;
    const say = (detail: string): void => options.onProgress?.('image', detail);
    say('Looking into Dokploy');
    const known = await places.find(sessionId);
    const place = known ?? (await places.ensure(sessionId));
    options.signal?.throwIfAborted();
    const app = await this.findOrCreate(sessionId, place.serverId).catch(async (error: unknown) => {
      // Where nothing could be made there is nothing to come back to: the next try may use another server.
      if (known === null && isRefusal(error)) await places.forget(sessionId);
      throw error;
    });
    await this.assertNoStray(app);
    options.signal?.throwIfAborted();
    if (app.generation === generation) {
      if ((await engine.listTasks(app)).some(isLive)) {
        options.onProgress?.('start', null);
        await this.tellImage(app, options);
        return app;
      }
    } else if (app.generation > 0) {
      // Whatever runs from here on is of the generation that is written next.
      await this.quiet(app);
    }
    options.signal?.throwIfAborted();
    say('Setting the app up in Dokploy');
    const networkId = await networks.ensure(sessionId, place.serverId);
    await apps.ensureMount(app, names.ofSession(sessionId), dataFolder);
    const before = await apps.read(app.applicationId);
    const { memoryBytes, nanoCpus } = this.limits.sizes[spec.size ?? 'medium'];
    const written = await apps.write(app, {
      generation,
      image,
      registry: this.registryFor(image),
      env: encodeEnvironment({
        AGENT_HOME: `${dataFolder}/home`,
        STATE_PATH: `${dataFolder}/state`,
        HOST: '127.0.0.1',
        PORT: '3001',
        ...spec.environment,
      }),
      memoryBytes,
      nanoCpus,
      networkId,
      nodeId: place.nodeId,
    });
    options.signal?.throwIfAborted();
    const marked = { ...app, generation };
    options.onImage?.({ name: image, id: null }, true);
    const wasDeployed = written.deployments.some(({ status }) => status === 'done');
    // Only a deployment pulls: a reload takes what the node has by that name.
    const hasImage = wasDeployed && before?.dockerImage === image && spec.pullsImage !== true;
    await this.bringUp(marked, hasImage, options);
    return marked;
  }

  private async tellImage({ applicationId }: OwnApp, { onImage }: StartOptions): Promise<void> {
    if (onImage === undefined) return;
    const name = (await this.parts.apps.read(applicationId))?.dockerImage;
    if (name) onImage({ name, id: null }, false);
  }

  private async findOrCreate(sessionId: string, serverId: string | null): Promise<OwnApp> {
    const app = await this.parts.apps.findOrCreate(sessionId, serverId);
    if ((app.serverId ?? null) === serverId) return app;
    throw new ContainerProviderError(
      'rejected',
      `This session's app is on another server of Dokploy than its data. Delete the app ${app.name} in Dokploy; its data stays.`,
    );
  }

  /**
   * Deletes all files of a session on a node where Dokploy deletes no volumes, by a container that does nothing else. The
   * volume stays, empty.
   */
  async emptyVolume({ sessionId, serverId, nodeId }: DokployPlace): Promise<void> {
    const { apps, networks, names, deployments, engine } = this.parts;
    const image = this.requireImage();
    const app = await this.findOrCreate(sessionId, serverId);
    await this.quiet(app);
    await apps.ensureMount(app, names.ofSession(sessionId), dataFolder);
    const networkId = await networks.ensure(sessionId, serverId);
    const { memoryBytes, nanoCpus } = this.limits.sizes.small;
    const registry = this.registryFor(image);
    const command = { program: 'find', args: [dataFolder, '-mindepth', '1', '-delete'] };
    const generation = app.generation + 1;
    const settings = {
      generation,
      image,
      registry,
      env: '',
      memoryBytes,
      nanoCpus,
      networkId,
      nodeId,
      command,
    };
    await apps.write(app, settings);
    await deployments.deploy(app, generation, { onDetail: () => undefined, signal: undefined });
    const deadline = performance.now() + this.limits.preparingMs;
    for (;;) {
      const [task] = await engine.listTasks(app);
      if (task?.exitCode === 0) return;
      const isOver = task !== undefined && task.phase !== 'starting' && task.phase !== 'running';
      if (isOver || performance.now() > deadline) throw notEmptied(names.ofSession(sessionId), task);
      await pause(this.limits.pollMs);
    }
  }

  /** A node that has the image needs no deployment, and so no place in Dokploy's queue. */
  private async bringUp(app: OwnApp, hasImage: boolean, options: StartOptions): Promise<void> {
    const before = new Set((await this.parts.engine.listTasks(app)).map(({ id }) => id));
    if (hasImage && (await this.reload(app))) {
      options.onProgress?.('start', null);
      const task = await this.waitForTask(app, before, options);
      if (task.phase !== 'rejected') return;
      before.add(task.id);
    }
    await this.parts.deployments.deploy(app, app.generation, {
      onDetail: (detail) => options.onProgress?.('image', detail),
      signal: options.signal,
    });
    options.onProgress?.('start', null);
    const task = await this.waitForTask(app, before, options);
    if (task.phase === 'rejected') {
      throw new ContainerProviderError(
        'image_unavailable',
        `The node could not run the session's image: ${task.error ?? task.word}. Check CONTAINER_IMAGE.`,
      );
    }
  }

  /** False when Dokploy could not, without saying why: a deployment leaves a log. */
  private async reload({ applicationId, appName }: OwnApp): Promise<boolean> {
    try {
      await this.parts.client.post('application.reload', { applicationId, appName });
      return true;
    } catch (error) {
      if (error instanceof DokployApiError && error.status === 500) return false;
      throw error;
    }
  }

  /** The first task that was not there before, once it runs or has ended: «done» says nothing about it. */
  private async waitForTask(
    app: OwnApp,
    before: ReadonlySet<string>,
    { onProgress, signal }: StartOptions,
  ): Promise<Task> {
    const begunAt = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const task = (await this.parts.engine.listTasks(app)).find(({ id }) => !before.has(id));
      if (task !== undefined && task.phase !== 'starting') return task;
      const limitMs = task?.word === 'Preparing' ? this.limits.preparingMs : this.limits.pendingMs;
      if (performance.now() - begunAt > limitMs) throw describeStuck(task);
      if (task !== undefined) onProgress?.('start', `The swarm says: ${task.error ?? task.word}`);
      await pause(this.limits.pollMs);
    }
  }

  /** A service that outlived its app cannot be ended through Dokploy, and would share the volume. */
  private async assertNoStray(app: OwnApp): Promise<void> {
    const { engine, apps } = this.parts;
    const known = new Set((await apps.listOf(app.sessionId)).map(({ appName }) => appName));
    const services = await engine.listServices(app.serverId);
    const prefix = `${this.parts.names.ofSession(app.sessionId)}-`.toLowerCase();
    const stray = [...services].find(
      ([name, running]) => name.startsWith(prefix) && !known.has(name) && running > 0,
    );
    if (stray === undefined) return;
    throw new ContainerProviderError(
      'rejected',
      `A service of this session still runs whose app was deleted in Dokploy. On the server, run: docker service rm ${stray[0]}`,
    );
  }

  private registryFor(image: string) {
    const { registry } = this.parts.connection;
    return registry === null ? null : { ...registry, host: registryHost(image) };
  }

  private requireImage(): string {
    const { image } = this.parts.connection;
    const problem = imageNote(image);
    if (image !== null && problem === null) return image;
    throw new ContainerProviderError('image_unavailable', problem ?? '');
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ContainerProviderError && error.reason === 'rejected';
}

/** Docker Hub is meant by an empty one. */
function registryHost(image: string): string {
  const host = registryOf(image) ?? '';
  return host === 'docker.io' ? '' : host;
}

function describeStuck(task: Task | undefined): ContainerProviderError {
  if (task === undefined) {
    return new ContainerProviderError(
      'failed',
      'The swarm has not made a container for the session. Try again.',
      {
        isRetryable: true,
      },
    );
  }
  const said = task.error ?? task.word;
  return new ContainerProviderError(
    'out_of_resources',
    `The swarm has no place for the session: ${said}. Its data is on one node, which must be ready and have enough memory and CPU.`,
    { isRetryable: true },
  );
}

function notEmptied(volume: string, task: Task | undefined): ContainerProviderError {
  return new ContainerProviderError(
    'failed',
    `The data of the session could not be deleted on its node: ${task?.error ?? task?.word ?? 'no container came up'}. The volume is ${volume}.`,
    { isRetryable: true },
  );
}
