import { createHash } from 'node:crypto';
import { routerReadyLine } from '@codex-webapp/contracts';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { demultiplexLines } from './docker-logs.ts';
import { labels, type DockerNames } from './docker-names.ts';
import type { DockerOuterNetwork, OuterNetwork } from './docker-outer-network.ts';
import { isAbsent, isConflict } from './docker.errors.ts';
import type { MachineAddresses } from './machine-addresses.ts';
import type { AllowedDestination } from './router-rules.ts';
import { toRouterOptions, toRouterPlan, type RelayTarget } from './router-template.ts';
import type { SessionNetworks } from './session-networks.ts';
import type { AddressPool } from './subnets.ts';

export interface RouterOptions {
  readonly pool: AddressPool;
  readonly allowed: readonly AllowedDestination[];
  /** Where main-server's listener for containers is; null: on this machine, at `containerPort`. */
  readonly relays: readonly RelayTarget[] | null;
  readonly containerPort: number;
  /** A network in which main-server stands, when it runs in a container itself. */
  readonly mainNetwork: string | null;
}

const readyMaxMs = 30_000;
const lookPauseMs = 50;
const shownLines = 10;

/**
 * The container through which sessions reach main-server, names and the internet, and nothing else: see
 * docs/decisions/0023-a-router-between-sessions-and-everything.md.
 */
export class DockerRouter {
  private pending: Promise<string> | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly outer: DockerOuterNetwork,
    private readonly sessions: SessionNetworks,
    private readonly machine: MachineAddresses,
    private readonly options: RouterOptions,
  ) {}

  /** The id of a router that runs and keeps the rules of now. It is made anew when they have changed. */
  ensure(image: string): Promise<string> {
    this.pending ??= this.find(image).finally(() => (this.pending = null));
    return this.pending;
  }

  /** Lets it into a network of a session. Repeating it succeeds. */
  async enter(networkId: string, routerId: string): Promise<void> {
    try {
      await this.docker.getNetwork(networkId).connect({ Container: routerId });
    } catch (error) {
      if (!isEndpointThere(error)) throw error;
    }
  }

  private async find(image: string): Promise<string> {
    const outer = await this.outer.ensure();
    const plan = toRouterPlan({
      pool: this.options.pool,
      relays: this.options.relays ?? [this.onThisMachine(outer)],
      allowed: this.options.allowed,
      machineRanges: await this.machine.list(image),
    });
    const { Id: imageId } = await this.docker.getImage(image).inspect();
    const hash = createHash('sha256')
      .update(JSON.stringify([imageId, outer.id, this.options.mainNetwork, plan]))
      .digest('hex');
    const found = await this.inspect();
    if (found?.State.Running && found.Config.Labels[labels.plan] === hash) return found.Id;
    if (found !== null) await this.docker.getContainer(found.Id).remove({ force: true });
    const template = {
      name: this.names.router,
      image,
      labels: { ...this.names.labelsOfRole('router'), [labels.plan]: hash },
      network: outer.id,
      plan,
    };
    return this.create(template);
  }

  private async create(template: Parameters<typeof toRouterOptions>[0]): Promise<string> {
    const id = await this.createOrAdopt(template);
    if (this.options.mainNetwork !== null) await this.enterMainNetwork(id, this.options.mainNetwork);
    await this.docker
      .getContainer(id)
      .start()
      .catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    await this.untilReady(id);
    for (const network of await this.sessions.list())
      await this.enter(network.id, id).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    return id;
  }

  private async createOrAdopt(template: Parameters<typeof toRouterOptions>[0]): Promise<string> {
    try {
      return (await this.docker.createContainer(toRouterOptions(template))).id;
    } catch (error) {
      if (!isConflict(error)) throw error;
      const found = await this.inspect();
      if (found === null) throw error;
      return found.Id;
    }
  }

  private async enterMainNetwork(id: string, network: string): Promise<void> {
    try {
      await this.enter(network, id);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      const message = `The network ${network} of CONTAINER_NETWORK does not exist. Create it first.`;
      throw new ContainerProviderError('rejected', message, { cause: error });
    }
  }

  private async untilReady(id: string): Promise<void> {
    const deadline = performance.now() + readyMaxMs;
    const container = this.docker.getContainer(id);
    for (;;) {
      const output = await container.logs({ stdout: true, stderr: true, tail: shownLines, follow: false });
      const lines: string[] = [];
      for await (const line of demultiplexLines([output])) lines.push(line);
      if (lines.includes(routerReadyLine)) return;
      const { State: state, RestartCount: restarts } = await container.inspect();
      if (restarts > 0 || (!state.Running && state.Status !== 'created') || performance.now() > deadline)
        throw notReady(lines);
      await new Promise((resolve) => setTimeout(resolve, lookPauseMs));
    }
  }

  private onThisMachine(outer: OuterNetwork): RelayTarget {
    return { host: outer.gateway ?? 'host.docker.internal', port: this.options.containerPort };
  }

  /** Null when there is none. @throws rejected when a stranger has its name */
  async inspect(): Promise<ContainerInspectInfo | null> {
    const name = this.names.router;
    try {
      const found = await this.docker.getContainer(name).inspect();
      if (this.names.isOurs(found.Config.Labels) && found.Config.Labels[labels.role] === 'router')
        return found;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
    throw new ContainerProviderError(
      'rejected',
      `A container named ${name} is not ours. Rename or remove it.`,
    );
  }
}

function notReady(lines: readonly string[]): ContainerProviderError {
  const message =
    'The router of the sessions’ networks does not start. It needs `nft`, `ip` and our program in its image ' +
    `(CONTAINER_ROUTER_IMAGE), and an engine that lets it have NET_ADMIN in its own network.\n${lines.join('\n')}`;
  return new ContainerProviderError('rejected', message);
}

/** The engine has no code for it. */
function isEndpointThere(error: unknown): boolean {
  return /already exists in network|already attached/i.test(String((error as Error | null)?.message));
}
