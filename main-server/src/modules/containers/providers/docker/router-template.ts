import { routerProgram, type RouterPlan } from '@codex-webapp/contracts';
import type { ContainerCreateOptions } from 'dockerode';
import { noComposeLabels } from './docker-names.ts';
import { toRuleset, type AllowedDestination } from './router-rules.ts';
import type { AddressPool } from './subnets.ts';

/** One place that every session may reach: main-server's listener for containers. */
export interface RelayTarget {
  readonly host: string;
  readonly port: number;
}

export interface RouterTemplate {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The network through which it reaches the outside. */
  readonly network: string;
  readonly plan: RouterPlan;
}

export interface RouterWishes {
  readonly pool: AddressPool;
  readonly relays: readonly RelayTarget[];
  readonly allowed: readonly AllowedDestination[];
  readonly machineRanges: readonly string[];
}

const firstRelayListensAt = 20_000;
const namesListenAt = 5_300;
const mebibyte = 1024 * 1024;

export function toRouterPlan({ pool, relays, allowed, machineRanges }: RouterWishes): RouterPlan {
  const placed = relays.map((relay, index) => ({ ...relay, listensAt: firstRelayListensAt + index }));
  return {
    pool: pool.all,
    namesListenAt,
    relays: placed,
    rules: toRuleset({ pool, relays: placed, namesListenAt, machineRanges, allowed }),
  };
}

/** The one container of ours that may change a network, and that only in its own: it runs nothing of a session. */
export function toRouterOptions(template: RouterTemplate): ContainerCreateOptions {
  return {
    name: template.name,
    Image: template.image,
    Entrypoint: ['node', '--max-old-space-size=64', routerProgram],
    Cmd: [],
    User: '0:0',
    Env: [`ROUTER_PLAN=${JSON.stringify(template.plan)}`],
    Labels: { ...noComposeLabels, ...template.labels },
    HostConfig: {
      NetworkMode: template.network,
      Sysctls: { 'net.ipv4.ip_forward': '1' },
      ExtraHosts: ['host.docker.internal:host-gateway'],
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Memory: 192 * mebibyte,
      MemorySwap: 192 * mebibyte,
      PidsLimit: 64,
      Ulimits: [{ Name: 'nofile', Soft: 16_384, Hard: 16_384 }],
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
    },
  };
}
