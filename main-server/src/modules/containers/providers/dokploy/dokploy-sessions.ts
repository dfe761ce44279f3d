import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ContainerSpec,
  ContainerState,
  ContainerStats,
  LogLine,
  LogOptions,
  StartOptions,
} from '../container-provider.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { DokployApps, type OwnApp } from './dokploy-apps.ts';
import type { DokployConnection } from './dokploy-connection.ts';
import { DokployDeployments, type DeploymentTimes } from './dokploy-deployments.ts';
import { DokployEngine } from './dokploy-engine.ts';
import { DokployHomes } from './dokploy-home.ts';
import { DokployLogs } from './dokploy-logs.ts';
import { DokployNames } from './dokploy-names.ts';
import { DokployNetworks } from './dokploy-networks.ts';
import { DokployPlaces, type DokployPlace, type DokployPlaceStore } from './dokploy-places.ts';
import { DokployStarter, type DokploySizes, type StarterLimits } from './dokploy-starter.ts';
import { DokployStats } from './dokploy-stats.ts';
import { isLive, mayBeOutOfMemory, toContainerState } from './dokploy-tasks.ts';
import { DokployVolumes } from './dokploy-volumes.ts';
import { DokployClient, pause } from './dokploy.client.ts';

export interface DokployTimes extends DeploymentTimes, Pick<StarterLimits, 'pendingMs' | 'preparingMs'> {
  /** For a container that was told to end, and for what it holds to be let go. */
  readonly endMs: number;
  readonly requestMs: number;
  readonly retryMs: number;
}

export interface ListedSession {
  readonly sessionId: string;
  readonly id: string;
  readonly generation: number;
  readonly isRunning: boolean;
}

const defaultTimes: DokployTimes = {
  pollMs: 500,
  lostAfterMs: 15_000,
  deployMs: 20 * 60_000,
  quietMs: 45_000,
  pendingMs: 45_000,
  preparingMs: 10 * 60_000,
  endMs: 45_000,
  requestMs: 20_000,
  retryMs: 250,
};

/** The sessions in one Dokploy. */
export class DokploySessions {
  private readonly client: DokployClient;
  private readonly names: DokployNames;
  private readonly apps: DokployApps;
  private readonly networks: DokployNetworks;
  private readonly engine: DokployEngine;
  private readonly places: DokployPlaces;
  private readonly deployments: DokployDeployments;
  private readonly volumes: DokployVolumes;
  private readonly logLines: DokployLogs;
  private readonly starter: DokployStarter;
  private readonly use: DokployStats;
  private readonly times: DokployTimes;

  constructor(
    connection: DokployConnection,
    store: DokployPlaceStore,
    options: {
      readonly instanceId: string;
      readonly sizes: DokploySizes;
      readonly logFolder: string;
      readonly times?: Partial<DokployTimes>;
    },
  ) {
    this.times = { ...defaultTimes, ...options.times };
    const { requestMs, retryMs, endMs } = this.times;
    this.client = new DokployClient({ ...connection, timeoutMs: requestMs, retryMs });
    this.names = new DokployNames(options.instanceId);
    this.apps = new DokployApps(this.client, new DokployHomes(this.client, connection), this.names);
    this.networks = new DokployNetworks(this.client, this.names, endMs);
    this.engine = new DokployEngine(this.client);
    this.places = new DokployPlaces(this.engine, store, connection);
    this.deployments = new DokployDeployments(this.client, this.names, this.times);
    this.volumes = new DokployVolumes(this.client, this.engine, endMs);
    this.logLines = new DokployLogs(this.client, this.engine, { ...connection, folder: options.logFolder });
    this.use = new DokployStats(this.engine, this.places, this.names);
    const { client, names, apps, networks, places, engine, deployments } = this;
    this.starter = new DokployStarter(
      { client, connection, names, apps, networks, places, engine, deployments },
      { ...options, ...this.times },
      (app) => this.end(app),
    );
  }

  start(spec: ContainerSpec, options: StartOptions): Promise<OwnApp> {
    return this.starter.start(spec, options);
  }

  async inspect(sessionId: string): Promise<ContainerState> {
    const app = await this.apps.find(sessionId);
    if (app === null) return (await this.isHalfRemoved(sessionId)) ? nothingRuns : { state: 'absent' };
    const [newest] = await this.engine.listTasks(app);
    if (newest === undefined) return nothingRuns;
    const isOutOfMemory = mayBeOutOfMemory(newest) && (await this.engine.wasOutOfMemory(app));
    return toContainerState(newest, isOutOfMemory);
  }

  /** Never by Dokploy's own `stop` and `start`, which block, and of which the second may never answer. */
  async stop(sessionId: string): Promise<void> {
    for (const app of await this.apps.listOf(sessionId)) {
      if ((await this.engine.listTasks(app)).some(isLive)) await this.logLines.keep(app);
      await this.end(app);
    }
  }

  async remove(sessionId: string): Promise<void> {
    const place = await this.places.find(sessionId);
    const apps = await this.apps.listOf(sessionId);
    for (const app of apps) {
      await this.apps.setReplicas(app.applicationId, 0).catch(ignoreAbsent);
      // A job that runs while its app is deleted makes a service that nobody can delete any more.
      await this.deployments.settle(app);
      await this.apps.delete(app.applicationId);
      await this.waitUntil(`the service ${app.appName} is gone`, async () => {
        const isGone = !(await this.engine.listServices(app.serverId)).has(app.appName);
        return isGone && !(await this.engine.listTasks(app)).some(isLive);
      });
    }
    const serverIds = new Set([...apps.map(({ serverId }) => serverId ?? null), place?.serverId ?? null]);
    for (const serverId of serverIds) await this.networks.remove(sessionId, serverId);
    await this.logLines.forget(sessionId);
  }

  async removeData(sessionId: string): Promise<void> {
    await this.remove(sessionId);
    const place = await this.places.find(sessionId);
    if (place === null) return;
    await this.deleteData(place);
    await this.places.forget(sessionId);
  }

  private async deleteData(place: DokployPlace): Promise<void> {
    const { sessionId, serverId, nodeId } = place;
    const node = (await this.engine.listNodes(serverId)).find(({ id }) => id === nodeId);
    // With a node that left the swarm its volumes are gone as well.
    if (node === undefined) return;
    if (node.isOwn) return this.volumes.remove(this.names.ofSession(sessionId), serverId);
    if (!node.isReady) {
      throw new ContainerProviderError(
        'out_of_resources',
        `The node ${node.hostname}, where the data of the session is, does not answer. Start it, or remove it from the swarm.`,
        { isRetryable: true },
      );
    }
    await this.starter.emptyVolume(place);
    await this.remove(sessionId);
  }

  async list(): Promise<readonly ListedSession[]> {
    const apps = await this.apps.list();
    const serverIds = new Set([
      ...(await this.places.listServerIds()),
      ...apps.map((app) => app.serverId ?? null),
    ]);
    const sessions: ListedSession[] = [];
    for (const serverId of serverIds) {
      const here = apps.filter((app) => (app.serverId ?? null) === serverId);
      const services =
        here.length === 0 ? new Map<string, number>() : await this.engine.listServices(serverId);
      for (const { sessionId, applicationId, appName, generation } of here) {
        const isRunning = (services.get(appName) ?? 0) > 0;
        sessions.push({ sessionId, id: applicationId, generation, isRunning });
      }
      // A removal that was cut off after its app: what it left is told of, so that it is finished.
      for (const { sessionId, networkId } of await this.networks.listSessions(serverId)) {
        if (apps.some((app) => app.sessionId === sessionId)) continue;
        sessions.push({ sessionId, id: networkId, generation: 0, isRunning: false });
      }
    }
    return sessions;
  }

  async *logs(sessionId: string, options: LogOptions): AsyncIterable<LogLine> {
    const app = await this.apps.find(sessionId);
    if (app !== null) yield* this.logLines.read(app, options);
  }

  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    return this.use.read(sessionIds);
  }

  /** Ends what runs, and what is about to run. The wish is in the app's row first, so that no later job undoes it. */
  private async end(app: OwnApp): Promise<void> {
    await this.apps.setReplicas(app.applicationId, 0);
    await this.deployments.settle(app);
    if (!(await this.engine.listTasks(app)).some(isLive)) return;
    const { applicationId, appName } = app;
    await this.client.post('application.reload', { applicationId, appName });
    await this.waitUntil(
      'the container has ended',
      async () => !(await this.engine.listTasks(app)).some(isLive),
    );
  }

  private async isHalfRemoved(sessionId: string): Promise<boolean> {
    const place = await this.places.find(sessionId);
    const left = await this.networks.listSessions(place?.serverId ?? null);
    return left.some((network) => network.sessionId === sessionId);
  }

  private async waitUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + this.times.endMs;
    while (!(await isSo())) {
      if (performance.now() > deadline) {
        throw new ContainerProviderError(
          'timed_out',
          `Dokploy was waited for in vain until ${what}. Try again.`,
          {
            isRetryable: true,
          },
        );
      }
      await pause(this.times.pollMs);
    }
  }
}

const nothingRuns: ContainerState = { state: 'stopped', exitCode: null, reason: null };

/** An update of an app that is gone is refused as a bad request, like much else; the deletion after it tells. */
function ignoreAbsent(error: unknown): void {
  if (error instanceof DokployApiError && (error.isAbsent || error.status === 400)) return;
  throw error;
}
