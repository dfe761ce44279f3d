import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { countingTimeoutMs, expectToCountOverKills } from '../support/counting-sessions.ts';
import { DockerServer } from '../support/docker-server.ts';
import { describeWithDocker, docker, runInside } from '../support/docker-world.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;

await describeWithDocker('kill -9 of main-server', () => {
  async function findRun(server: DockerServer, sessionId: string): Promise<string> {
    const { Id, RestartCount, State } = await server.containerOf(sessionId);
    return `${Id} since ${State.StartedAt}, ${State.Status}, restarted ${RestartCount} times`;
  }

  it(
    'again and again resets no counter, restarts no container, and leaves every session running and connected',
    async () => {
      await using server = await DockerServer.start();
      await expectToCountOverKills(server.process, {
        findRun: (id) => findRun(server, id),
        readCounter: async (id) =>
          runInside((await server.containerOf(id)).Id, [
            'sh',
            '-c',
            'cat /data/workspace/counter 2>/dev/null',
          ]),
      });
    },
    countingTimeoutMs,
  );

  it(
    'leaves sessions of two providers running, and the next server takes them over, to their deletion',
    async () => {
      await using server = await DockerServer.start();
      const { client, folder } = server.process;
      const inDocker = await server.addConnected();
      const { id: inProcess } = await server.process.addSession({ provider: 'process', agent: 'shell' });
      const before = [await server.untilConnected(inProcess, minute), await server.statusOf(inDocker)];
      const recordOf = async () =>
        JSON.parse(await readFile(path.join(folder, 'containers', `${inProcess}.json`), 'utf8')) as {
          readonly pid: number;
        };
      const { pid } = await recordOf();
      const run = await findRun(server, inDocker);

      server.process.signal('SIGKILL');
      await server.process.ended();
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      await server.process.start();
      const readyAt = performance.now();
      for (const { sessionId, generation } of before)
        expect(await server.untilConnected(sessionId, 30_000)).toMatchObject({ sessionId, generation });
      expect(performance.now() - readyAt).toBeLessThan(10_000);
      expect((await recordOf()).pid).toBe(pid);
      expect(await findRun(server, inDocker)).toBe(run);

      // Deleting a session removes its container, volume, process and folder.
      for (const id of [inProcess, inDocker]) await client.delete(`/api/sessions/${id}`);
      const filters = { label: [`${labels.session}=${inDocker}`] };
      await waitFor(() => !existsSync(`/proc/${pid}`), 20_000);
      await waitFor(async () => (await docker.listContainers({ all: true, filters })).length === 0, 20_000);
      await waitFor(async () => (await docker.listVolumes({ filters })).Volumes.length === 0);
      await waitFor(async () => (await readdir(path.join(folder, 'workspaces'))).length === 0, 20_000);
      expect(await readdir(path.join(folder, 'containers'))).toEqual([]);
    },
    15 * minute,
  );
});
