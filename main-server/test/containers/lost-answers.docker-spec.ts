import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import type { ContainerSpec } from '../../src/modules/containers/providers/container-provider.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  makeDockerWorld,
  type DockerWorld,
} from '../support/docker-world.ts';
import { LossyProxy, seeded } from '../support/lossy-proxy.ts';
import { testProgram } from '../support/provider-test-program.ts';

const minute = 60_000;
const sessions = 20;
const triesMax = 40;

await describeWithDocker('lost answers of the engine', () => {
  describe('a start whose answers are lost', () => {
    let world: DockerWorld;
    let proxy: LossyProxy;

    beforeAll(() => buildTestImage(testProgram), 5 * minute);
    afterEach(async () => {
      await proxy.close();
      await world.dispose();
    }, 2 * minute);

    /** As whoever asks does it: again, for as long as it takes. */
    async function startUntilDone(spec: ContainerSpec): Promise<void> {
      for (let left = triesMax; ; left -= 1) {
        try {
          await world.provider.start(spec);
          return;
        } catch (error) {
          if (left === 0) throw error;
        }
      }
    }

    it(
      'makes 20 containers for 20 sessions, and one network and one volume for each',
      async () => {
        const random = seeded(20);
        proxy = new LossyProxy({ socketPath: '/var/run/docker.sock' }, (method) =>
          method !== 'GET' && random() < 0.35 ? 'lost' : 'passed',
        );
        const engine = new Docker({ host: '127.0.0.1', port: await proxy.listen() });
        world = makeDockerWorld({}, engine);
        const ids = Array.from({ length: sessions }, () => randomUUID());
        const queue = [...ids];
        const work = async (): Promise<void> => {
          for (let sessionId = queue.pop(); sessionId !== undefined; sessionId = queue.pop())
            await startUntilDone({
              sessionId,
              generation: 1,
              environment: { WORKSPACE_PATH: '/data/workspace' },
            });
        };
        await Promise.all([work(), work(), work(), work()]);
        expect(proxy.lost).toBeGreaterThan(sessions);

        const filters = { label: [`${labels.instance}=${world.instanceId}`] };
        const containers = await docker.listContainers({ all: true, filters });
        const ofSessions = containers.filter(({ Labels }) => Labels[labels.session] !== undefined);
        expect(ofSessions.map(({ Labels }) => String(Labels[labels.session])).sort()).toEqual(
          [...ids].sort(),
        );
        expect(ofSessions.every(({ State }) => State === 'running')).toBe(true);
        expect(containers.filter(({ Labels }) => Labels[labels.role] === 'router')).toHaveLength(1);
        const networks = await docker.listNetworks({ filters });
        expect(networks.flatMap(({ Labels }) => Labels?.[labels.session] ?? []).sort()).toEqual(
          [...ids].sort(),
        );
        expect((await docker.listVolumes({ filters })).Volumes).toHaveLength(sessions);

        for (const sessionId of ids)
          for (let left = triesMax; ; left -= 1) {
            const isDone = await world.provider.removeData(sessionId).then(
              () => true,
              () => false,
            );
            if (isDone) break;
            expect(left).toBeGreaterThan(0);
          }
        const rest = await docker.listNetworks({ filters });
        expect(rest.filter(({ Labels }) => Labels?.[labels.session] !== undefined)).toEqual([]);
        expect((await docker.listVolumes({ filters })).Volumes).toEqual([]);
      },
      15 * minute,
    );
  });
});
