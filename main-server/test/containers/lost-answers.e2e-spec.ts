import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import type { ContainerSpec } from '../../src/modules/containers/providers/container-provider.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { dockerOptions } from '../support/docker-world.ts';
import { seeded } from '../support/lossy-proxy.ts';
import { ScriptedEngine } from '../support/scripted-engine.ts';

const sessions = 200;
const triesMax = 60;

describe('an engine that loses answers', () => {
  let engine: ScriptedEngine;

  afterEach(() => engine.close());

  async function untilDone(work: () => Promise<unknown>): Promise<void> {
    for (let left = triesMax; ; left -= 1) {
      try {
        await work();
        return;
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }

  it('has 200 containers after 200 starts, and nothing after their removal', async () => {
    const random = seeded(200);
    engine = new ScriptedEngine((method) => method !== 'GET' && random() < 0.35);
    const docker = new Docker({ host: '127.0.0.1', port: await engine.listen() });
    const provider = new DockerContainerProvider(docker, dockerOptions());
    const ids = Array.from({ length: sessions }, () => randomUUID());

    const forAll = async (work: (sessionId: string) => Promise<unknown>): Promise<void> => {
      const queue = [...ids];
      const takeNext = async (): Promise<void> => {
        for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
          const sessionId = id;
          await untilDone(() => work(sessionId));
        }
      };
      await Promise.all(Array.from({ length: 8 }, takeNext));
    };
    await forAll((sessionId) =>
      provider.start({ sessionId, generation: 1, environment: { WORKSPACE_PATH: '/data/workspace' } }),
    );
    expect(engine.lost).toBeGreaterThan(sessions);

    const made = [...engine.containers.values()];
    const ofSessions = made.flatMap((container) => container.labels[labels.session] ?? []);
    expect(ofSessions.sort()).toEqual([...ids].sort());
    expect(made.filter((container) => container.labels[labels.role] === 'router')).toHaveLength(1);
    const networks = [...engine.networks.values()];
    expect(networks.flatMap(({ Labels }) => Labels[labels.session] ?? []).sort()).toEqual([...ids].sort());
    expect(new Set(networks.map(({ IPAM }) => IPAM.Config[0]?.Subnet)).size).toBe(networks.length);
    expect(engine.volumes.size).toBe(sessions);

    await forAll((sessionId) => provider.removeData(sessionId));
    expect(
      [...engine.containers.values()].flatMap((container) => container.labels[labels.session] ?? []),
    ).toEqual([]);
    expect([...engine.networks.values()].flatMap(({ Labels }) => Labels[labels.session] ?? [])).toEqual([]);
    expect([...engine.volumes.keys()]).toEqual([]);
  });

  it('is shared by two installations, neither of which ever touches what is the other one’s', async () => {
    const random = seeded(7);
    engine = new ScriptedEngine((method) => method !== 'GET' && random() < 0.25);
    const docker = new Docker({ host: '127.0.0.1', port: await engine.listen() });
    // Pools of addresses are chosen by whoever installs; these two did not look at each other's.
    const installations = [1, 2].map(() => {
      const options = dockerOptions();
      return { id: options.instanceId, provider: new DockerContainerProvider(docker, options) };
    });
    const wanted = new Map<string, Map<string, boolean>>(installations.map(({ id }) => [id, new Map()]));
    const isWanted = (of: ContainerSpec['sessionId'], id: string) => wanted.get(id)?.get(of);

    const live = async ({ id, provider }: (typeof installations)[number]): Promise<void> => {
      const own = wanted.get(id) ?? new Map<string, boolean>();
      for (let turn = 1; turn <= 120; turn += 1) {
        const known = [...own.keys()];
        const chosen = known[Math.floor(random() * known.length)];
        const sessionId = chosen === undefined || random() < 0.3 ? randomUUID() : chosen;
        if (random() < 0.6) {
          const environment = { WORKSPACE_PATH: '/data/workspace' };
          await untilDone(() => provider.start({ sessionId, generation: turn, environment }));
          own.set(sessionId, true);
        } else if (random() < 0.5) {
          await untilDone(() => provider.stop({ provider: 'docker', sessionId, id: nameOf(sessionId) }));
          if (own.has(sessionId)) own.set(sessionId, false);
        } else {
          await untilDone(() => provider.removeData(sessionId));
          own.delete(sessionId);
        }
        const listed = await provider.list();
        expect(new Map(listed.map((one) => [one.sessionId, one.isRunning]))).toEqual(own);
      }
    };
    const nameOf = (sessionId: string): string =>
      [...engine.containers.values()].find(({ labels: of }) => of[labels.session] === sessionId)?.id ??
      'gone';
    await Promise.all(installations.map(live));

    const made = [...engine.containers.values()].filter(({ labels: of }) => labels.session in of);
    for (const { labels: of, status } of made) {
      const [sessionId = '', instance = ''] = [of[labels.session], of[labels.instance]];
      expect([sessionId, status === 'running']).toEqual([sessionId, isWanted(sessionId, instance)]);
    }
    expect(made).toHaveLength([...wanted.values()].reduce((sum, { size }) => sum + size, 0));
    expect(engine.lost).toBeGreaterThan(100);
  });
});
