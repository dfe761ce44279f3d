import type { z } from 'zod';
import type { ContainerStats, CpuUse, MemoryUse } from '../container-provider.ts';
import type { statsList } from './dokploy-answers.ts';
import type { DokployEngine } from './dokploy-engine.ts';
import type { DokployNames } from './dokploy-names.ts';
import type { DokployPlaces } from './dokploy-places.ts';

type Row = z.infer<typeof statsList>[number];

/** Units of the engine's command line, which Dokploy passes on as text. */
const units: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** What sessions use, as Dokploy can tell it: of those on its own node, or on a remote server, and nothing of files. */
export class DokployStats {
  constructor(
    private readonly engine: DokployEngine,
    private readonly places: Pick<DokployPlaces, 'list'>,
    private readonly names: DokployNames,
  ) {}

  /** One question for each server, which answers for all its containers at once in about two seconds. */
  async read(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    const places = new Map((await this.places.list()).map((place) => [place.sessionId, place]));
    const serverIds = new Set(sessionIds.map((sessionId) => places.get(sessionId)?.serverId ?? null));
    const found: ContainerStats[] = [];
    for (const serverId of serverIds) {
      const here = sessionIds.filter((sessionId) => (places.get(sessionId)?.serverId ?? null) === serverId);
      found.push(...(await this.readServer(serverId, here, (id) => places.get(id)?.nodeId)));
    }
    return found;
  }

  private async readServer(
    serverId: string | null,
    sessionIds: readonly string[],
    nodeOf: (sessionId: string) => string | undefined,
  ): Promise<readonly ContainerStats[]> {
    const rows = await this.engine.listStats(serverId);
    const rowOf = (sessionId: string): Row | undefined => {
      // The app's name, which Dokploy has made longer, then the task's: `cw-…-<session>-x7f3ab.1.<task>`.
      const beginning = `${this.names.ofSession(sessionId)}-`;
      return rows.find(
        ({ Name }) => Name.startsWith(beginning) && /^\w+\./.test(Name.slice(beginning.length)),
      );
    };
    const ownNode = sessionIds.every(rowOf)
      ? undefined
      : (await this.engine.listNodes(serverId)).find(({ isOwn }) => isOwn)?.id;
    return sessionIds.map((sessionId) => {
      const row = rowOf(sessionId);
      if (row !== undefined) return { sessionId, ...toUse(row), disk: null };
      const node = nodeOf(sessionId);
      const isElsewhere = node !== undefined && ownNode !== undefined && node !== ownNode;
      return { sessionId, disk: null, ...(isElsewhere ? { cpu: null, memory: null } : {}) };
    });
  }
}

/** `12.50%` of one core and `64MiB / 1GiB`; dashes for what has ended a moment ago. */
export function toUse({ CPUPerc, MemUsage }: Pick<Row, 'CPUPerc' | 'MemUsage'>): {
  readonly cpu?: CpuUse;
  readonly memory?: MemoryUse;
} {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(CPUPerc)?.[1];
  const [usedBytes, limitBytes] = MemUsage.split(' / ').map(toBytes);
  return {
    ...(percent === undefined ? {} : { cpu: { cores: Number(percent) / 100 } }),
    ...(usedBytes === undefined || usedBytes === null
      ? {}
      : { memory: { usedBytes, limitBytes: limitBytes || null } }),
  };
}

function toBytes(text: string): number | null {
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?)(?<unit>[KMGT]?i?B)$/.exec(text.trim())?.groups ?? {};
  const factor = units[unit ?? ''];
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor);
}
