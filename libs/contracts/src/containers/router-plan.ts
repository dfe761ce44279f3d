/** What main-server tells the router of the sessions' networks, as JSON in `ROUTER_PLAN`. */
export interface RouterPlan {
  /** For nftables. */
  readonly rules: string;
  /** All networks of sessions are parts of this one; in each the router takes the first address. */
  readonly pool: string;
  /** TCP ports that are passed on, each to one place outside the sessions' networks. */
  readonly relays: readonly RouterRelay[];
  /** UDP and TCP port at which names are asked for. */
  readonly namesListenAt: number;
}

export interface RouterRelay {
  readonly listensAt: number;
  readonly host: string;
  readonly port: number;
}

/** The router prints this once its rules hold; until then it has no address that a session knows. */
export const routerReadyLine = 'The router is ready';
/** Where its program is in the image of sessions. */
export const routerProgram = '/app/container-agent/dist/router/main.js';
