import { ContainerProviderError } from '../container-provider.errors.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { createdApp, mountList, wholeApp, type ListedApp, type WholeApp } from './dokploy-answers.ts';
import { compare, type DokployHomes } from './dokploy-home.ts';
import type { AppMark, DokployNames } from './dokploy-names.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

export type OwnApp = ListedApp & AppMark;

export interface AppSettings {
  readonly generation: number;
  readonly image: string;
  readonly registry: { readonly username: string; readonly password: string; readonly host: string } | null;
  readonly env: string;
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly networkId: string;
  readonly nodeId: string;
  /** Instead of what the image runs by itself. */
  readonly command?: { readonly program: string; readonly args: readonly string[] };
}

const attempts = 3;
const lookPauseMs = 200;
/** As the swarm counts: nanoseconds. */
const stopGraceNs = 10_000_000_000;
const openFiles = 16_384;

/** The apps of sessions in Dokploy: one per session, found by what they say of themselves. */
export class DokployApps {
  constructor(
    private readonly client: DokployClient,
    private readonly homes: DokployHomes,
    private readonly names: DokployNames,
  ) {}

  /** One per session. A second one, left by a create that came late, is not told of. */
  async list(): Promise<readonly OwnApp[]> {
    const bySession = new Map<string, OwnApp>();
    for (const app of (await this.listAll()).toSorted(byRank)) {
      if (!bySession.has(app.sessionId)) bySession.set(app.sessionId, app);
    }
    return [...bySession.values()];
  }

  async find(sessionId: string): Promise<OwnApp | null> {
    return (await this.listOf(sessionId))[0] ?? null;
  }

  /** All of a session, the one that counts first. */
  async listOf(sessionId: string): Promise<readonly OwnApp[]> {
    return (await this.listAll()).filter((app) => app.sessionId === sessionId).toSorted(byRank);
  }

  /**
   * The one app of this session. Dokploy makes another one for each `create` it hears, so that a lost answer is followed
   * by a look; and what comes late all the same is deleted before anything runs in it.
   */
  async findOrCreate(sessionId: string, serverId: string | null): Promise<OwnApp> {
    let lost: unknown = null;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const [app, ...extra] = await this.listOf(sessionId);
      if (app !== undefined) {
        await this.discard(extra);
        return app;
      }
      try {
        const created = await this.create(sessionId, serverId);
        if (lost === null) return created;
      } catch (error) {
        if (!(error instanceof DokployApiError) || !error.isUnanswered) throw error;
        lost = error;
        await pause(lookPauseMs);
      }
    }
    const [app, ...extra] = await this.listOf(sessionId);
    if (app === undefined) throw lost;
    await this.discard(extra);
    return app;
  }

  /** With what Dokploy has of its limits and volumes; null when it is gone. Holds the environment: for comparing only. */
  async read(applicationId: string): Promise<WholeApp | null> {
    try {
      return await this.client.get('application.one', wholeApp, { applicationId });
    } catch (error) {
      if (error instanceof DokployApiError && error.isAbsent) return null;
      throw error;
    }
  }

  /** Everything an app needs, in one request, and read back: a version that does not know a key drops it in silence. */
  async write(app: OwnApp, settings: AppSettings): Promise<WholeApp> {
    await this.client.post('application.update', {
      applicationId: app.applicationId,
      ...this.toColumns(app, settings),
    });
    const written = await this.read(app.applicationId);
    if (written === null) throw gone();
    const different = findDifference(written, settings);
    if (different === null) return written;
    throw new ContainerProviderError(
      'rejected',
      `Dokploy did not keep what it was told of ${different}. Its version must be v0.30.0 or newer, and its BETTER_AUTH_SECRET must not have changed.`,
    );
  }

  /** How many copies shall run, from the next `reload` or deployment on. */
  async setReplicas(applicationId: string, replicas: 0 | 1): Promise<void> {
    await this.client.post('application.update', { applicationId, replicas });
  }

  /** The one volume of an app, whatever was asked for before and not answered. */
  async ensureMount(app: OwnApp, volumeName: string, mountPath: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const [mount, ...extra] = await this.listMounts(app.applicationId);
      for (const { mountId } of extra) await this.ignoreAbsent('mounts.remove', { mountId });
      if (mount?.volumeName === volumeName && mount.mountPath === mountPath) return;
      if (mount !== undefined) await this.ignoreAbsent('mounts.remove', { mountId: mount.mountId });
      try {
        // Without serviceType it answers 200 and makes a mount of nothing.
        const body = {
          type: 'volume',
          volumeName,
          mountPath,
          serviceId: app.applicationId,
          serviceType: 'application',
        };
        await this.client.postOnce('mounts.create', body, mountList.element);
        if (attempt === 1) return;
      } catch (error) {
        if (!(error instanceof DokployApiError) || !error.isUnanswered || attempt === attempts) throw error;
        await pause(lookPauseMs);
      }
    }
  }

  /** Deletes the row and the service. Its container ends a moment later, its volume stays. */
  async delete(applicationId: string): Promise<void> {
    await this.ignoreAbsent('application.delete', { applicationId });
  }

  private async listAll(): Promise<readonly OwnApp[]> {
    return (await this.homes.listApps()).flatMap((app) => {
      const mark = this.names.read(app);
      return mark === null ? [] : [{ ...app, ...mark }];
    });
  }

  private async create(sessionId: string, serverId: string | null): Promise<OwnApp> {
    const { environmentId } = await this.homes.ensure();
    const name = this.names.ofSession(sessionId);
    const mark = { sessionId, generation: 0 };
    const body = {
      name,
      appName: name,
      environmentId,
      description: this.names.describe(mark),
      sourceType: 'docker',
      ...(serverId === null ? {} : { serverId }),
    };
    try {
      const created = await this.client.postOnce('application.create', body, createdApp);
      return { ...created, ...mark, name, description: body.description, serverId };
    } catch (error) {
      throw serverId === null ? mentionServers(error) : error;
    }
  }

  private async discard(extra: readonly OwnApp[]): Promise<void> {
    for (const { applicationId } of extra) await this.delete(applicationId);
  }

  private async listMounts(applicationId: string) {
    const query = { serviceType: 'application', serviceId: applicationId };
    return this.client.get('mounts.listByServiceId', mountList, query);
  }

  private async ignoreAbsent(route: string, body: object): Promise<void> {
    try {
      await this.client.post(route, body);
    } catch (error) {
      if (!(error instanceof DokployApiError) || !error.isAbsent) throw error;
    }
  }

  private toColumns({ sessionId }: OwnApp, settings: AppSettings): object {
    const { generation, registry } = settings;
    return {
      description: this.names.describe({ sessionId, generation }),
      labelsSwarm: this.names.labelsOf({ sessionId, generation }),
      sourceType: 'docker',
      dockerImage: settings.image,
      username: registry?.username ?? null,
      password: registry?.password ?? null,
      registryUrl: registry?.host ?? null,
      env: settings.env,
      command: settings.command?.program ?? null,
      args: settings.command?.args ?? [],
      createEnvFile: false,
      // Texts that are parsed as whole numbers: bytes, and billionths of a CPU.
      memoryLimit: String(settings.memoryBytes),
      cpuLimit: String(settings.nanoCpus),
      replicas: 1,
      // An end is an end, as with Docker: whether it is started again is for the session to say.
      restartPolicySwarm: { Condition: 'none' },
      // Never two containers on one volume, and never an old one back in secret.
      updateConfigSwarm: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' },
      stopGracePeriodSwarm: stopGraceNs,
      placementSwarm: { Constraints: [`node.id==${settings.nodeId}`] },
      networkIds: [settings.networkId],
      detachDokployNetwork: true,
      // Without a virtual address: nothing has to reach a session.
      endpointSpecSwarm: { Mode: 'dnsrr' },
      ulimitsSwarm: [{ Name: 'nofile', Soft: openFiles, Hard: openFiles }],
    };
  }
}

/** What was written counts, before what only was made; then the older one. */
function byRank(a: OwnApp, b: OwnApp): number {
  return (
    Number(b.generation > 0) - Number(a.generation > 0) ||
    compare(a.createdAt, b.createdAt) ||
    compare(a.applicationId, b.applicationId)
  );
}

function findDifference(written: WholeApp, settings: AppSettings): string | null {
  const checks: Readonly<Record<string, boolean>> = {
    'the image': written.dockerImage === settings.image,
    'the environment': written.env === settings.env,
    'the memory limit': written.memoryLimit === String(settings.memoryBytes),
    'the CPU limit': written.cpuLimit === String(settings.nanoCpus),
    'the network': written.detachDokployNetwork === true && written.networkIds?.[0] === settings.networkId,
    'the node': written.placementSwarm?.Constraints?.[0] === `node.id==${settings.nodeId}`,
    'the number of copies': written.replicas === 1,
    'the volume': written.mounts.some(({ type }) => type === 'volume'),
  };
  return Object.entries(checks).find(([, isSame]) => !isSame)?.[0] ?? null;
}

/** Dokploy that makes apps on remote servers alone answers as to a key that may do less. */
function mentionServers(error: unknown): unknown {
  if (!(error instanceof DokployApiError) || error.status !== 401 || error.code === null) return error;
  return new ContainerProviderError(
    'rejected',
    `${error.message} If it is, Dokploy makes apps on remote servers only: choose one on the Dokploy page, or with DOKPLOY_SERVER_ID.`,
    { cause: error },
  );
}

export function gone(): ContainerProviderError {
  return new ContainerProviderError('failed', 'The app disappeared from Dokploy. Try again.', {
    isRetryable: true,
  });
}
