import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import Docker from 'dockerode';
import type { BriefContainers } from '../../src/modules/containers/brief-containers.ts';
import { ContainerOrphans } from '../../src/modules/containers/container-orphans.ts';
import type { ContainerRecords } from '../../src/modules/containers/container-records.ts';
import type { containersConfig } from '../../src/modules/containers/containers.config.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { SerialByKey } from '../../src/modules/containers/serial-by-key.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  makeDockerWorld,
  testImage,
  type DockerWorld,
} from '../support/docker-world.ts';
import { LossyProxy, seeded } from '../support/lossy-proxy.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { ShiftedClock } from '../support/shifted-clock.ts';

const minute = 60_000;
const triesMax = 40;
const orphanGraceMs = 10 * minute;

/** What becomes of a session in the end. Nobody knows a forgotten one any more, and it runs. */
const ends = ['running', 'running', 'stopped', 'removed', 'deleted', 'forgotten'] as const;
type End = (typeof ends)[number];

interface Installation {
  readonly world: DockerWorld;
  readonly sessions: ReadonlyMap<string, End>;
  readonly orphans: ContainerOrphans;
  readonly clock: ShiftedClock;
}

await describeWithDocker('two installations on one engine that loses answers', () => {
  const random = seeded(11);
  const worlds: DockerWorld[] = [];
  let proxy: LossyProxy;
  let foreign: Foreign;

  beforeAll(() => buildTestImage(testProgram), 5 * minute);
  afterEach(async () => {
    await proxy.close();
    for (const world of worlds) await world.dispose();
    await foreign.remove();
  }, 3 * minute);

  async function untilDone<T>(work: () => Promise<T>): Promise<T> {
    for (let left = triesMax; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }

  function install(engine: Docker, ids: readonly string[]): Installation {
    const world = makeDockerWorld({}, engine);
    worlds.push(world);
    const sessions = new Map(ids.map((id, index) => [id, ends[index] ?? 'running']));
    const clock = new ShiftedClock();
    const isKnown = (id: string): boolean =>
      !['deleted', 'forgotten'].includes(sessions.get(id) ?? 'deleted');
    const records = { find: async (id: string) => (isKnown(id) ? {} : null) } as unknown as ContainerRecords;
    const brief = { has: async () => false } as unknown as BriefContainers;
    const config = { orphans: 'remove', orphanGraceMs } as ReturnType<typeof containersConfig>;
    const orphans = new ContainerOrphans(records, brief, new SerialByKey(), clock, config);
    return { world, sessions, orphans, clock };
  }

  /** Back and forth at random, and then to its end. */
  async function live({ world: { provider } }: Installation, sessionId: string, end: End): Promise<void> {
    let generation = 0;
    const environment = { WORKSPACE_PATH: '/data/workspace' };
    const start = () => {
      generation += 1;
      const spec = { sessionId, generation, environment };
      return untilDone(() => provider.start(spec));
    };
    const ref = await start();
    const moves = [
      start,
      () => untilDone(() => provider.stop(ref, { graceMs: 1_000 })),
      () => untilDone(() => provider.remove(ref)),
      () => untilDone(() => provider.removeData(sessionId)),
    ] as const;
    const [, stop, remove, deleteAll] = moves;
    for (let turn = 0; turn < 2; turn += 1) await moves[Math.floor(random() * moves.length)]?.();
    await start();
    if (end === 'stopped') await stop();
    if (end === 'removed') await remove();
    if (end === 'deleted') await deleteAll();
  }

  /** Seen as an orphan, the grace over, and again until what it lost is made good. */
  async function sweep({ world: { provider }, orphans, clock }: Installation): Promise<void> {
    for (let look = 0; look < 8; look += 1) {
      await orphans.look(provider, await untilDone(() => provider.list()));
      clock.shift(orphanGraceMs);
    }
  }

  function idsOf({ sessions }: Installation, ...wanted: readonly End[]): readonly string[] {
    return [...sessions].flatMap(([id, end]) => (wanted.includes(end) ? [id] : [])).sort();
  }

  async function expectExactly(one: Installation, isSwept: boolean): Promise<void> {
    const left: readonly End[] = isSwept ? [] : ['forgotten'];
    const filters = { label: [`${labels.instance}=${one.world.instanceId}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    const sessionsIn = (all: readonly { Labels?: Record<string, string> }[]) =>
      all.flatMap(({ Labels }) => Labels?.[labels.session] ?? []).sort();
    expect({
      running: sessionsIn(containers.filter(({ State }) => State === 'running')),
      stopped: sessionsIn(containers.filter(({ State }) => State !== 'running')),
      networks: sessionsIn(networks),
      volumes: sessionsIn(volumes),
    }).toEqual({
      running: idsOf(one, 'running', ...left),
      stopped: idsOf(one, 'stopped'),
      networks: idsOf(one, 'running', ...left),
      // Of an orphan it stays: only a deleted session's goes.
      volumes: idsOf(one, 'running', 'stopped', 'removed', 'forgotten'),
    });
    const ofNoSession = containers.filter(({ Labels }) => Labels[labels.session] === undefined);
    expect(ofNoSession.map(({ Labels }) => Labels[labels.role])).toEqual(['router']);
    expect(networks.filter(({ Labels }) => Labels?.[labels.session] === undefined)).toHaveLength(1);
  }

  it(
    'end with exactly their own, swept of what they have forgotten, and nothing foreign is touched',
    async () => {
      proxy = new LossyProxy({ socketPath: '/var/run/docker.sock' }, (method) => {
        if (method === 'GET') return 'passed';
        const chance = random();
        if (chance < 0.25) return 'lost';
        return chance < 0.3 ? 'unsent' : 'passed';
      });
      const engine = new Docker({ host: '127.0.0.1', port: await proxy.listen() });
      foreign = await Foreign.make();
      const before = await foreign.look();
      // Two sessions both know, as after a restored backup: each runs in one of them and is deleted in the other.
      const [first, fifth] = [randomUUID(), randomUUID()];
      const idsWith = (one: string, other: string) =>
        ends.map(
          (_end, index) =>
            new Map([
              [0, one],
              [4, other],
            ]).get(index) ?? randomUUID(),
        );
      const both = [install(engine, idsWith(first, fifth)), install(engine, idsWith(fifth, first))] as const;
      await Promise.all(both.flatMap((one) => [...one.sessions].map(([id, end]) => live(one, id, end))));
      for (const one of both) await expectExactly(one, false);
      expect(await foreign.look()).toEqual(before);

      await Promise.all(both.map(sweep));
      for (const one of both) await expectExactly(one, true);
      expect(await foreign.look()).toEqual(before);
      expect(proxy.lost).toBeGreaterThan(30);
    },
    15 * minute,
  );
});

/** Two containers, networks and volumes without our labels, of which one container runs and uses the others. */
class Foreign {
  private readonly names = [1, 2].map((index) => `cw-foreign-${index}-${randomUUID().slice(0, 8)}`);

  static async make(): Promise<Foreign> {
    const foreign = new Foreign();
    for (const name of foreign.names) {
      await docker.createVolume({ Name: name });
      await docker.createNetwork({ Name: name });
      await docker.createContainer({
        name,
        Image: testImage,
        Entrypoint: ['sleep', 'infinity'],
        Cmd: [],
        HostConfig: { NetworkMode: name, Binds: [`${name}:/data`] },
      });
    }
    await docker.getContainer(foreign.names[0] ?? '').start();
    return foreign;
  }

  async look(): Promise<readonly unknown[]> {
    return Promise.all(
      this.names.map(async (name) => {
        const { Id, State, RestartCount, NetworkSettings } = await docker.getContainer(name).inspect();
        const network = (await docker.getNetwork(name).inspect()) as { Id: string; Containers: object };
        const { Name, CreatedAt } = (await docker.getVolume(name).inspect()) as {
          Name: string;
          CreatedAt?: string;
        };
        return {
          container: [Id, State, RestartCount, NetworkSettings.Networks],
          network: [network.Id, network.Containers],
          volume: [Name, CreatedAt],
        };
      }),
    );
  }

  async remove(): Promise<void> {
    for (const name of this.names) {
      await docker.getContainer(name).remove({ force: true });
      await docker.getNetwork(name).remove();
      await docker.getVolume(name).remove();
    }
  }
}
