import type Docker from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { isAbsent, isConflict } from './docker.errors.ts';

export interface OuterNetwork {
  readonly id: string;
  /** The address at which the engine's machine stands in this network; null when it has none. */
  readonly gateway: string | null;
}

/** The installation's own network, through which its router reaches the outside. No session stands in it. */
export class DockerOuterNetwork {
  private pending: Promise<OuterNetwork> | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
  ) {}

  /** Makes our own network unless it is there. Looked up each time: an administrator may have pruned it. */
  ensure(): Promise<OuterNetwork> {
    this.pending ??= this.find().finally(() => (this.pending = null));
    return this.pending;
  }

  private async find(): Promise<OuterNetwork> {
    const found = await this.findOwn();
    if (found !== null) return found;
    await this.create();
    await this.removeDoubles();
    const created = await this.findOwn();
    if (created !== null) return created;
    throw new ContainerProviderError('failed', 'The network vanished again.', { isRetryable: true });
  }

  private async findOwn(): Promise<OuterNetwork | null> {
    const [oldest] = await this.listOwn();
    return oldest ? this.inspect(oldest.Id) : null;
  }

  /** Engines allow two networks of one name and then can attach nothing to either: the older one stays. */
  private async removeDoubles(): Promise<void> {
    const [, ...younger] = await this.listOwn();
    for (const { Id } of younger) {
      try {
        await this.docker.getNetwork(Id).remove();
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
  }

  /** Known by label and name; the oldest first. */
  private async listOwn() {
    const networks = await this.docker.listNetworks({ filters: { label: [this.names.filter] } });
    return networks
      .filter((network) => network.Name === this.names.network)
      .sort((a, b) => `${a.Created} ${a.Id}`.localeCompare(`${b.Created} ${b.Id}`));
  }

  private async create(): Promise<void> {
    try {
      await this.docker.createNetwork({
        Name: this.names.network,
        CheckDuplicate: true,
        Driver: 'bridge',
        Labels: { [labels.instance]: this.names.instance },
        Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  private async inspect(nameOrId: string): Promise<OuterNetwork> {
    const network = (await this.docker.getNetwork(nameOrId).inspect()) as {
      readonly Id: string;
      readonly IPAM?: {
        readonly Config?: readonly { readonly Gateway?: string; readonly Subnet?: string }[];
      };
    };
    const configs = network.IPAM?.Config ?? [];
    const gateway = configs.map((config) => config.Gateway ?? firstAddressOf(config.Subnet)).find(isIPv4);
    return { id: network.Id, gateway: gateway ?? null };
  }
}

/** Engines leave the gateway out for networks they chose the subnet of; it is the first address then. */
function firstAddressOf(subnet: string | undefined): string | undefined {
  return subnet?.replace(/\.\d+\/\d+$/, '.1');
}

function isIPv4(address: string | undefined): address is string {
  return /^\d+\.\d+\.\d+\.\d+$/.test(address ?? '');
}
