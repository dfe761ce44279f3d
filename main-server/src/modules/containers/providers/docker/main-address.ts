import { isIPv4Range } from './subnets.ts';
import type { AllowedDestination } from './router-rules.ts';
import type { RelayTarget } from './router-template.ts';

/** How sessions reach main-server. */
export interface MainAddress {
  readonly url: string;
  /** Names that mean the router inside, which passes on. */
  readonly names: readonly string[];
  /** Null: this machine, at the port for containers. */
  readonly relays: readonly RelayTarget[] | null;
  /** Where the configuration has an address in place of a name, it is let through as it is. */
  readonly allowed: readonly AllowedDestination[];
}

interface Options {
  readonly mainUrl: string | null;
  readonly mainWsUrl: string | null;
  readonly containerPort: number;
}

const ownName = 'host.docker.internal';

/** The certificate is of main-server's name, so the name stays and only its address is the router's. */
export function findMainAddress({ mainUrl, mainWsUrl, containerPort }: Options): MainAddress {
  if (mainUrl === null)
    return { url: `http://${ownName}:${containerPort}`, names: [ownName], relays: null, allowed: [] };
  const urls = [mainUrl, mainWsUrl].flatMap((url) => (url === null ? [] : [new URL(url)]));
  const targets = urls.map((url) => ({ host: url.hostname, port: portOf(url) }));
  const named = unique(targets.filter(({ host }) => !isIPv4Range(host)));
  const addressed = unique(targets.filter(({ host }) => isIPv4Range(host)));
  return {
    url: mainUrl,
    names: [...new Set(named.map(({ host }) => host))],
    relays: named,
    allowed: addressed.map(({ host, port }) => ({ range: host, port })),
  };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
}

function unique(targets: readonly RelayTarget[]): readonly RelayTarget[] {
  return [...new Map(targets.map((target) => [`${target.host}:${target.port}`, target])).values()];
}
