import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ApiError, notFound } from './api-error.ts';
import { DeployQueue, type Job } from './deploy-queue.ts';
import type { Program } from './programs.ts';
import { emptyRows, type Application, type Deployment } from './rows.ts';
import { toServiceEnvironment } from './service-environment.ts';
import { Swarm, type ServiceSpec, type SwarmNode } from './swarm.ts';

export interface SimulatedImage {
  readonly program: Program;
  /** `local`: on the node and in no registry. `private`: pulled only with a user name and a password. */
  readonly where?: 'public' | 'private' | 'local';
}

export interface DokployOptions {
  readonly version: string;
  readonly folder: string;
  readonly images: Readonly<Record<string, SimulatedImage>>;
  readonly nodes: readonly Omit<SwarmNode, 'isReady'>[];
  readonly servers: readonly string[];
  readonly pullMs: number;
  readonly restartDelayMs: number;
  /** Whether it makes apps on remote servers alone, as its settings may say. */
  readonly isRemoteOnly: boolean;
}

const nanosecondsPerMs = 1e6;
const defaultStopGraceMs = 10_000;
const keptDeployments = 10;

/** One Dokploy: its database, its queues, and the engines of its own host and its remote servers. */
export class Dokploy {
  readonly rows = emptyRows();
  private readonly engines = new Map<string | null, Swarm>();
  private readonly queues = new Map<string | null, DeployQueue>();
  private gate: Promise<void> | null = null;
  private openGate: () => void = () => undefined;

  constructor(readonly options: DokployOptions) {
    const programs = new Map(Object.entries(options.images).map(([name, { program }]) => [name, program]));
    for (const serverId of [null, ...options.servers]) {
      const nodes = (serverId === null ? options.nodes : [remoteNode(serverId)]).map((node) => ({
        ...node,
        isReady: true,
      }));
      const folder = join(options.folder, serverId ?? 'own');
      const engine = new Swarm(nodes, { folder, programs, restartDelayMs: options.restartDelayMs });
      for (const [name, { where }] of Object.entries(options.images)) {
        if (where === 'local') engine.images.add(name);
      }
      this.engines.set(serverId, engine);
      this.queues.set(serverId, new DeployQueue((job, isAlive) => this.deploy(job, isAlive)));
    }
  }

  engine(serverId: string | null | undefined): Swarm {
    const engine = this.engines.get(serverId ?? null);
    if (engine === undefined) throw notFound('Server');
    return engine;
  }

  allEngines(): readonly Swarm[] {
    return [...this.engines.values()];
  }

  queue(serverId: string | null): DeployQueue {
    const queue = this.queues.get(serverId);
    if (queue === undefined) throw notFound('Server');
    return queue;
  }

  jobs(): readonly Job[] {
    return [...this.queues.values()].flatMap(({ jobs }) => jobs);
  }

  hasApplication(applicationId: string): boolean {
    return this.rows.applications.some((row) => row.applicationId === applicationId);
  }

  application(applicationId: unknown): Application {
    const found = this.rows.applications.find((row) => row.applicationId === applicationId);
    if (found === undefined) throw notFound('Application');
    return found;
  }

  /** Deployments stay in their pull until `releasePulls`. */
  holdPulls(): void {
    this.gate = new Promise((resolve) => (this.openGate = resolve));
  }

  releasePulls(): void {
    this.openGate();
    this.gate = null;
  }

  /** The process ends and starts again: waiting jobs are forgotten, the active one is called cancelled. */
  restart(): void {
    for (const queue of this.queues.values()) queue.forget();
    for (const deployment of this.rows.deployments) {
      if (deployment.status !== 'running') continue;
      deployment.status = 'cancelled';
      const application = this.rows.applications.find(
        ({ applicationId }) => applicationId === deployment.applicationId,
      );
      if (application) application.applicationStatus = 'idle';
    }
  }

  /** What `deploy` and `reload` do to the engine. */
  mechanize(application: Application): void {
    this.engine(application.serverId).apply(this.toServiceSpec(application));
  }

  deploymentsOf(applicationId: unknown): readonly Deployment[] {
    return this.rows.deployments.filter((row) => row.applicationId === applicationId).toReversed();
  }

  async close(): Promise<void> {
    this.releasePulls();
    for (const queue of this.queues.values()) queue.forget();
    await Promise.all([...this.engines.values()].map((engine) => engine.close()));
  }

  private toServiceSpec(application: Application): ServiceSpec {
    const mounts = this.rows.mounts.filter(
      (mount) => mount.applicationId === application.applicationId && mount.type === 'volume',
    );
    const own = (application.networkIds ?? []).flatMap((id) =>
      this.rows.networks.filter(({ networkId, driver }) => networkId === id && driver === 'overlay'),
    );
    const attached = [
      ...(application.detachDokployNetwork ? [] : ['dokploy-network']),
      ...own.map(({ name }) => name),
    ];
    return {
      name: application.appName,
      image: application.dockerImage ?? 'ERROR-NO-IMAGE-PROVIDED',
      environment: toServiceEnvironment(application.env),
      mounts: mounts.map(({ volumeName, mountPath }) => ({ volume: volumeName ?? '', path: mountPath })),
      networks: application.networkSwarm?.map(({ Target }) => Target ?? '') ?? attached,
      constraints:
        application.placementSwarm?.Constraints ?? (mounts.length > 0 ? ['node.role==manager'] : []),
      labels: application.labelsSwarm ?? {},
      // Split at spaces; nothing can be quoted.
      command:
        application.command === null
          ? null
          : [...application.command.split(' '), ...(application.args ?? [])],
      replicas: application.replicas,
      // «256m» becomes 256, and words become no limit.
      memoryBytes: Number.parseInt(application.memoryLimit ?? '', 10) || 0,
      restart: application.restartPolicySwarm ?? { Condition: 'any' },
      update: application.updateConfigSwarm ?? {
        Parallelism: 1,
        Order: 'start-first',
        FailureAction: 'rollback',
      },
      stopGraceMs:
        application.stopGracePeriodSwarm === null
          ? defaultStopGraceMs
          : application.stopGracePeriodSwarm / nanosecondsPerMs,
    };
  }

  private async deploy(job: Job, isAlive: () => boolean): Promise<void> {
    const row = this.rows.applications.find(({ applicationId }) => applicationId === job.applicationId);
    if (row === undefined) return;
    // The row is read now, and used as it was then however long the pull takes.
    const application = { ...row };
    const apply = this.prepare(application);
    const now = new Date().toISOString();
    const deployment: Deployment = {
      deploymentId: randomUUID(),
      applicationId: application.applicationId,
      title: job.title,
      description: '',
      createdAt: now,
      startedAt: now,
      logPath: `/etc/dokploy/logs/${application.appName}/${now}.log`,
      serverId: application.serverId,
      status: 'running',
      finishedAt: null,
      errorMessage: null,
      log: '',
    };
    this.rows.deployments.push(deployment);
    this.forgetOldDeployments(application.applicationId);
    row.applicationStatus = 'running';
    let end: 'done' | 'error' = 'done';
    try {
      if (job.type === 'deploy') await this.pull(application, deployment);
      if (!isAlive()) return;
      apply();
    } catch (error) {
      deployment.log += `${error instanceof Error ? error.message : String(error)}\nError occurred ❌, check the logs for details.`;
      end = 'error';
    }
    if (!isAlive()) return;
    // Nobody waits for the container: what the engine accepted is done.
    deployment.status = end;
    deployment.finishedAt = new Date().toISOString();
    row.applicationStatus = end;
  }

  /** Applies what was read at the beginning, also when its row is gone by then. */
  private prepare(application: Application): () => void {
    if (application.sourceType !== 'docker') {
      return () => {
        throw new Error('Github Provider not found');
      };
    }
    const { mounts } = this.toServiceSpec({ ...application, env: null });
    return () => this.engine(application.serverId).apply({ ...this.toServiceSpec(application), mounts });
  }

  private async pull(application: Application, deployment: Deployment): Promise<void> {
    const image = application.dockerImage ?? '';
    deployment.log += `Pulling ${image}\n`;
    await new Promise((resolve) => setTimeout(resolve, this.options.pullMs));
    await this.gate;
    const { where = 'public' } = this.options.images[image] ?? { where: 'local' };
    const hasCredentials = Boolean(application.username) && Boolean(application.password);
    if (where === 'local' || (where === 'private' && !hasCredentials)) {
      throw new Error(`Error response from daemon: pull access denied for ${image}\n❌ Pulling image failed`);
    }
    this.engine(application.serverId).images.add(image);
  }

  private forgetOldDeployments(applicationId: string): void {
    const kept = new Set(this.deploymentsOf(applicationId).slice(0, keptDeployments));
    for (let index = this.rows.deployments.length - 1; index >= 0; index -= 1) {
      const row = this.rows.deployments[index];
      if (row?.applicationId === applicationId && !kept.has(row)) this.rows.deployments.splice(index, 1);
    }
  }
}

/** Lower-cased, and with six random letters that nobody can choose or know. */
export function toAppName(wanted: string | undefined): string {
  const random = randomBytes(8)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, 'x')
    .slice(0, 6);
  return `${wanted ?? 'app-parse-neural-bus'}-${random}`.toLowerCase();
}

export function toId(): string {
  return randomBytes(16).toString('base64url').slice(0, 21);
}

export function badRequest(message: string): ApiError {
  return new ApiError('BAD_REQUEST', message);
}

function remoteNode(serverId: string): Omit<SwarmNode, 'isReady'> {
  return { id: `node-of-${serverId}`, hostname: serverId, role: 'manager', labels: {}, isSelf: true };
}
