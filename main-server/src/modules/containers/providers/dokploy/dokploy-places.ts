import { ContainerProviderError } from '../container-provider.errors.ts';
import type { DokployConnection } from './dokploy-connection.ts';
import { parseConstraint, type DokployEngine } from './dokploy-engine.ts';

/** Where a session's volume is, which exists on one node alone. */
export interface DokployPlace {
  readonly sessionId: string;
  /** Null: Dokploy's own swarm. */
  readonly serverId: string | null;
  readonly nodeId: string;
}

/** Remembers where volumes are, longer than there is an app that says so. */
export interface DokployPlaceStore {
  find(sessionId: string): Promise<DokployPlace | null>;
  list(): Promise<readonly DokployPlace[]>;
  /** The first one that is kept for a session stays. */
  keep(place: DokployPlace): Promise<void>;
  forget(sessionId: string): Promise<void>;
}

/** Chooses a node for a session once, and holds it there. */
export class DokployPlaces {
  constructor(
    private readonly engine: DokployEngine,
    private readonly store: DokployPlaceStore,
    private readonly connection: Pick<DokployConnection, 'serverId' | 'placement'>,
  ) {}

  find(sessionId: string): Promise<DokployPlace | null> {
    return this.store.find(sessionId);
  }

  /** Of all sessions there ever were here, but for deleted ones. */
  list(): Promise<readonly DokployPlace[]> {
    return this.store.list();
  }

  forget(sessionId: string): Promise<void> {
    return this.store.forget(sessionId);
  }

  /** The servers that have, or may have, sessions. */
  async listServerIds(): Promise<ReadonlySet<string | null>> {
    const places = await this.store.list();
    return new Set([this.connection.serverId, ...places.map(({ serverId }) => serverId)]);
  }

  /** Written down before anything is made on that node. */
  async ensure(sessionId: string): Promise<DokployPlace> {
    const known = await this.store.find(sessionId);
    if (known !== null) return known;
    const { serverId } = this.connection;
    const place = { sessionId, serverId, nodeId: await this.choose() };
    await this.store.keep(place);
    return place;
  }

  /** Of the nodes that fit the one with the fewest sessions. */
  private async choose(): Promise<string> {
    const { serverId, placement } = this.connection;
    for (const constraint of placement) parseConstraint(constraint);
    const ready = (await this.engine.listNodes(serverId)).filter(({ isReady }) => isReady);
    const fitting = placement.length === 0 ? null : await this.engine.listFittingIds(serverId, placement);
    const candidates = ready.filter(({ id, isOwn }) => (fitting === null ? isOwn : fitting.has(id)));
    const places = (await this.store.list()).filter((place) => place.serverId === serverId);
    const countOf = (id: string): number => places.filter(({ nodeId }) => nodeId === id).length;
    const [chosen] = candidates.toSorted((a, b) => countOf(a.id) - countOf(b.id));
    if (chosen !== undefined) return chosen.id;
    throw new ContainerProviderError(
      'out_of_resources',
      placement.length === 0
        ? 'The node of Dokploy takes no work now. Make it active in Docker Swarm, or choose other nodes for sessions.'
        : `No node of the swarm is ready and fits ${placement.join(', ')}. Check the nodes, or change which may run sessions.`,
      { isRetryable: true },
    );
  }
}
