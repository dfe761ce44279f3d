import type Docker from 'dockerode';
import { z } from 'zod';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { isAbsent, isConflict } from './docker.errors.ts';
import { overlaps, subnetsOf, type AddressPool, type Subnet } from './subnets.ts';

export interface SessionNetwork {
  readonly id: string;
  /** Where the router stands in it. */
  readonly routerAddress: string;
}

const networkAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  IPAM: z.object({
    Config: z.array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() })).nullish(),
  }),
  Containers: z.record(z.string(), z.object({ Name: z.string() })).nullish(),
});
type Network = z.infer<typeof networkAnswer>;

/** Another engine's call may take the place that was free when we looked; each try is a place further on. */
const placesTried = 64;
const removalTries = 3;

/** A network for each session, in which nobody stands but its container and the router: not even this machine. */
export class SessionNetworks {
  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly pool: AddressPool,
  ) {}

  /** Makes it unless it is there. One that is there with the internet switched the other way is made anew. */
  async ensure(sessionId: string, internet: boolean): Promise<SessionNetwork> {
    const half = internet ? this.pool.open : this.pool.closed;
    const found = await this.find(sessionId);
    if (found !== null) {
      const subnet = subnetOf(found);
      if (subnet !== null && overlaps(half, subnet)) return toSessionNetwork(found);
      await this.remove(sessionId);
    }
    return this.create(sessionId, half);
  }

  /** Removing an absent one succeeds. Whoever still stands in it is taken out. */
  async remove(sessionId: string): Promise<void> {
    for (const { Id } of await this.listOf(sessionId)) await this.removeOne(Id);
  }

  /** The sessions that have a network. */
  async list(): Promise<readonly { readonly sessionId: string; readonly id: string }[]> {
    const networks = await this.docker.listNetworks({
      filters: { label: [this.names.filter, labels.session] },
    });
    return networks.map(({ Id, Labels }) => ({ id: Id, sessionId: Labels?.[labels.session] ?? '' }));
  }

  private async find(sessionId: string): Promise<Network | null> {
    const [oldest, ...doubles] = await this.listOf(sessionId);
    if (!oldest) return null;
    // The engine gives one name to two networks when the create of a server that ended meets that of the next, and then
    // starts no container in either.
    for (const { Id } of doubles) await this.removeOne(Id);
    try {
      return networkAnswer.parse(await this.docker.getNetwork(oldest.Id).inspect());
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  private async listOf(sessionId: string) {
    const networks = await this.docker.listNetworks({
      filters: { label: [this.names.filter, `${labels.session}=${sessionId}`] },
    });
    return networks.sort((a, b) => `${a.Created} ${a.Id}`.localeCompare(`${b.Created} ${b.Id}`));
  }

  private async create(sessionId: string, half: string): Promise<SessionNetwork> {
    const taken = await this.listTaken();
    let tries = 0;
    for (const subnet of subnetsOf(half, sessionId)) {
      if (taken.some((range) => overlaps(range, subnet.cidr))) continue;
      if (tries >= placesTried) break;
      tries += 1;
      const made = await this.tryToCreate(sessionId, subnet);
      if (made !== null) return made;
    }
    throw new ContainerProviderError(
      'out_of_resources',
      `No network is left in ${half}. Stop sessions, or give CONTAINER_ADDRESS_POOL a larger range.`,
    );
  }

  /** Null when somebody else was faster with these addresses. */
  private async tryToCreate(sessionId: string, subnet: Subnet): Promise<SessionNetwork | null> {
    try {
      await this.docker.createNetwork({
        Name: this.names.ofSession(sessionId),
        CheckDuplicate: true,
        Driver: 'bridge',
        Labels: this.names.labelsOf(sessionId),
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet.cidr, Gateway: subnet.router }] },
        // The machine takes no address in it, so nothing of the machine can be reached through it.
        Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
      });
    } catch (error) {
      const isTaken = /overlap/i.test((error as Error).message);
      if (!isTaken && !isConflict(error)) throw error;
      // A create whose answer was lost has what we ask for.
      const found = await this.find(sessionId);
      if (found !== null) return toSessionNetwork(found);
      if (isTaken) return null;
      const message = `A network named ${this.names.ofSession(sessionId)} is not ours. Rename or remove it.`;
      throw new ContainerProviderError('rejected', message, { cause: error });
    }
    const made = await this.find(sessionId);
    return made === null ? null : toSessionNetwork(made);
  }

  /** Of the whole engine, so that two installations do not ask it for the same. */
  private async listTaken(): Promise<readonly string[]> {
    const networks = await this.docker.listNetworks();
    return networks
      .flatMap(({ IPAM }) => IPAM?.Config ?? [])
      .flatMap(({ Subnet }) => (Subnet !== undefined && !Subnet.includes(':') ? [Subnet] : []));
  }

  private async removeOne(id: string, triesLeft = removalTries): Promise<void> {
    const network = this.docker.getNetwork(id);
    try {
      const { Containers: inside } = networkAnswer.parse(await network.inspect());
      for (const container of Object.keys(inside ?? {}))
        await network.disconnect({ Container: container, Force: true }).catch(ignoreAbsent);
      await network.remove();
    } catch (error) {
      if (isAbsent(error)) return;
      // A router that is made anew is let into every network it finds.
      if (triesLeft === 0 || !/active endpoints/.test((error as Error).message)) throw error;
      await this.removeOne(id, triesLeft - 1);
    }
  }
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}

function subnetOf({ IPAM }: Network): string | null {
  return IPAM.Config?.[0]?.Subnet ?? null;
}

function toSessionNetwork(network: Network): SessionNetwork {
  const routerAddress = network.IPAM.Config?.[0]?.Gateway?.replace(/\/\d+$/, '');
  if (routerAddress === undefined)
    throw new ContainerProviderError('rejected', `The network ${network.Name} has no subnet of ours.`);
  return { id: network.Id, routerAddress };
}
