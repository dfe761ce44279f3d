import type { AddressPool } from './subnets.ts';

/** A way to something that sessions would not reach otherwise. */
export interface AllowedDestination {
  /** An address or a network. */
  readonly range: string;
  /** Null: every port. */
  readonly port: number | null;
}

export interface RouterRules {
  readonly pool: AddressPool;
  /** Where the relay to main-server is reached, and where its program listens. */
  readonly relays: readonly { readonly port: number; readonly listensAt: number }[];
  readonly namesListenAt: number;
  /** Networks in which the machine itself stands, beyond those that are nobody's on the internet. */
  readonly machineRanges: readonly string[];
  /** Also for sessions without internet. */
  readonly allowed: readonly AllowedDestination[];
}

/** Not the internet: this machine, its neighbours, other sessions, metadata services, groups. */
const notInternet = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
];
/** Of one session; what the router keeps of connections is shared by all. */
const connectionsMax = 1_024;
const relayConnectionsMax = 128;

export function isNotInternet(range: string, overlaps: (one: string, other: string) => boolean): boolean {
  return notInternet.some((closed) => overlaps(closed, range));
}

/**
 * What the router lets through, as a ruleset of nftables. Nothing is allowed that is not named here. It takes the place
 * of an earlier one in a single step.
 */
export function toRuleset(rules: RouterRules): string {
  const { pool, relays, namesListenAt, allowed } = rules;
  const closed = [...notInternet, ...rules.machineRanges].join(', ');
  const relayPorts = relays.map(({ listensAt }) => listensAt);
  const openPorts =
    relayPorts.length > 0 ? `    ip saddr ${pool.all} tcp dport { ${relayPorts.join(', ')} } accept\n` : '';
  const allow = allowed.map(
    ({ range, port }) =>
      `    ip saddr ${pool.all} ip daddr ${range} ${port === null ? '' : `tcp dport ${port} `}accept`,
  );
  const redirects = relays.map(
    ({ port, listensAt }) =>
      `    ip saddr ${pool.all} fib daddr type local tcp dport ${port} redirect to :${listensAt}`,
  );
  return `table ip codex_webapp
delete table ip codex_webapp
table ip codex_webapp {
  set not_internet { type ipv4_addr; flags interval; auto-merge; elements = { ${closed} }; }
  set talking { type ipv4_addr; flags dynamic; size 65535; }
  set relayed { type ipv4_addr; flags dynamic; size 65535; }
  chain arrive {
    type nat hook prerouting priority dstnat;
${redirects.join('\n')}
    ip saddr ${pool.open} fib daddr type local udp dport 53 redirect to :${namesListenAt}
    ip saddr ${pool.open} fib daddr type local tcp dport 53 redirect to :${namesListenAt}
  }
  chain here {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    ip saddr ${pool.all} tcp dport { ${[...relayPorts, namesListenAt].join(', ')} } ct state new add @relayed { ip saddr ct count over ${relayConnectionsMax} } drop
${openPorts}    ip saddr ${pool.open} udp dport ${namesListenAt} accept
    ip saddr ${pool.open} tcp dport ${namesListenAt} accept
    ip saddr ${pool.all} reject
  }
  chain through {
    type filter hook forward priority filter; policy drop;
    ip daddr ${pool.all} ip saddr ${pool.all} reject
    ip saddr ${pool.all} ct state new add @talking { ip saddr ct count over ${connectionsMax} } reject
${allow.join('\n')}
    ip saddr ${pool.all} ip daddr @not_internet reject
    ip saddr ${pool.closed} reject
    ip saddr ${pool.open} accept
    ip daddr ${pool.all} ct state established,related accept
  }
  chain leave {
    type nat hook postrouting priority srcnat;
    ip saddr ${pool.all} masquerade
  }
}
`;
}
