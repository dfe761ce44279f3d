import { ContainerProviderError } from '../container-provider.errors.ts';
import {
  clusterNodes,
  containerConfig,
  containerList,
  nodeList,
  serviceList,
  statsList,
  taskList,
} from './dokploy-answers.ts';
import { toTasks, type Task } from './dokploy-tasks.ts';
import type { DokployClient } from './dokploy.client.ts';

export interface SwarmNode {
  readonly id: string;
  readonly hostname: string;
  /** The one whose engine Dokploy talks to: it alone can delete volumes. */
  readonly isOwn: boolean;
  /** Whether it can take work now. */
  readonly isReady: boolean;
}

/** Where an app runs: the swarm of Dokploy itself, or that of a remote server. */
export interface AppPlace {
  readonly appName: string;
  readonly serverId?: string | null | undefined;
}

/** What Dokploy knows of a swarm. */
export class DokployEngine {
  constructor(private readonly client: DokployClient) {}

  /** Newest first. None for a service that does not exist, or is scaled to zero. */
  async listTasks({ appName, serverId }: AppPlace): Promise<readonly Task[]> {
    const rows = await this.client.get('docker.getServiceContainersByAppName', taskList, {
      appName,
      serverId,
    });
    // Dokploy answers the same when its command line failed.
    if (rows.length === 0) await this.assertAnswers(serverId);
    return toTasks(rows);
  }

  /** How many containers of each service run, by the service's name. */
  async listServices(serverId: string | null | undefined): Promise<ReadonlyMap<string, number>> {
    const rows = (await this.client.get('swarm.getNodeApps', serviceList, { serverId })) ?? [];
    if (rows.length === 0) await this.assertAnswers(serverId);
    return new Map(rows.map(({ Name, Replicas }) => [Name, Number.parseInt(Replicas, 10) || 0]));
  }

  /** @throws unreachable when the engine does not answer */
  async listNodes(serverId: string | null | undefined): Promise<readonly SwarmNode[]> {
    const rows = await this.client.get('swarm.getNodes', nodeList, { serverId });
    if (!rows || rows.length === 0) {
      throw new ContainerProviderError(
        'unreachable',
        'The Docker engine behind Dokploy does not answer. Check it on the server.',
        { isRetryable: true },
      );
    }
    return rows.map(({ ID, Hostname, Self, Status, Availability }) => ({
      id: ID,
      hostname: Hostname,
      isOwn: String(Self) === 'true',
      isReady: Status === 'Ready' && Availability === 'Active',
    }));
  }

  /** The ids of the nodes that satisfy all constraints, as the swarm reads them. */
  async listFittingIds(
    serverId: string | null | undefined,
    constraints: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const nodes = await this.client.get('cluster.getNodes', clusterNodes, { serverId });
    const fitting = nodes.filter((node) => {
      const facts: Record<string, string | null | undefined> = {
        'node.id': node.ID,
        'node.role': node.Spec.Role,
        'node.hostname': node.Description?.Hostname,
      };
      for (const [name, value] of Object.entries(node.Spec.Labels ?? {}))
        facts[`node.labels.${name}`] = value;
      return constraints.every((constraint) => {
        const { key, operator, value } = parseConstraint(constraint);
        return (facts[key] === value) === (operator === '==');
      });
    });
    return new Set(fitting.map(({ ID }) => ID));
  }

  /** Whether the newest ended container of an app was ended for its memory; false where nobody can see it any more. */
  async wasOutOfMemory(app: AppPlace): Promise<boolean> {
    return (await this.findConfig(app, (state) => state !== 'running'))?.State.OOMKilled ?? false;
  }

  /** When the container that runs was made; null where nobody can see it. */
  async findStartedAt(app: AppPlace): Promise<string | null> {
    return (await this.findConfig(app, (state) => state === 'running'))?.Created ?? null;
  }

  async listStats(serverId: string | null | undefined) {
    return this.client.get('swarm.getContainerStats', statsList, { serverId });
  }

  /** Of the newest container in such a state. Dokploy sees those on its own node alone. */
  private async findConfig({ appName, serverId }: AppPlace, isWanted: (state: string) => boolean) {
    const place = { appName, serverId };
    const containers = await this.client.get('docker.getContainersByAppNameMatch', containerList, place);
    // Dokploy looks for names that begin so: those of an app whose name goes on are among them.
    const newest = containers.find(({ name, state }) => name.startsWith(`${appName}.`) && isWanted(state));
    if (newest === undefined) return null;
    const { containerId } = newest;
    return this.client.get('docker.getConfig', containerConfig, { containerId, serverId });
  }

  /** An empty list is a fact only where the engine answers at all. */
  private async assertAnswers(serverId: string | null | undefined): Promise<void> {
    await this.listNodes(serverId);
  }
}

const constraintPattern =
  /^\s*(?<key>node\.(?:id|role|hostname|labels\.[\w.-]+))\s*(?<operator>==|!=)\s*(?<value>\S+)\s*$/;

/** @throws rejected for what is no constraint on a node */
export function parseConstraint(text: string): { key: string; operator: string; value: string } {
  const { key, operator, value } = constraintPattern.exec(text)?.groups ?? {};
  if (key !== undefined && operator !== undefined && value !== undefined) return { key, operator, value };
  throw new ContainerProviderError(
    'rejected',
    `«${text}» is no constraint on a node. Write it like node.labels.sessions==true or node.hostname==worker-1.`,
  );
}
