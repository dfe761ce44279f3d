import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
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
    const options = dockerOptions();
    engine.labelsOfVolume = () => ({ [labels.instance]: options.instanceId });
    const docker = new Docker({ host: '127.0.0.1', port: await engine.listen() });
    const provider = new DockerContainerProvider(docker, options);
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
    expect([...engine.volumes]).toEqual([]);
  });
});
