import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Docker from 'dockerode';
import { isOurs } from '../../src/modules/containers/container-listen-addresses.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { describeContainerOutput } from '../support/describe-container-output.ts';
import { describeContainerProvider } from '../support/describe-container-provider.ts';
import { expectBusy } from '../support/expect-busy.ts';
import {
  buildTestImage,
  containerPort,
  describeWithDocker,
  docker,
  dockerOptions,
  makeDockerWorld,
  runInside,
  testImage,
  type DockerWorld,
} from '../support/docker-world.ts';
import { LossyProxy } from '../support/lossy-proxy.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { waitFor } from '../support/wait-for.ts';

const timeoutMs = 60_000;
const mebibyte = 1024 * 1024;

await describeWithDocker('the docker provider', () => {
  beforeAll(() => buildTestImage(testProgram), 5 * 60_000);

  const makeWorld = () => Promise.resolve(makeDockerWorld());
  describeContainerProvider('DockerContainerProvider', makeWorld, {
    startSteps: ['image', 'volume', 'network', 'create', 'start'],
    timeoutMs,
  });
  describeContainerOutput('DockerContainerProvider', makeWorld, timeoutMs);

  describe('DockerContainerProvider', () => {
    let setup: DockerWorld;
    let sessionId: string;

    beforeEach(() => {
      setup = makeDockerWorld();
      sessionId = randomUUID();
    });
    afterEach(() => setup.dispose(), timeoutMs);

    function specOf(generation: number, environment: Record<string, string> = {}) {
      return {
        sessionId,
        generation,
        environment: { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello', ...environment },
      };
    }

    const claim = (text: string, test: () => Promise<void>): void => it(text, test, timeoutMs);

    claim('ends with the container what has left its parent, group, session and environment', async () => {
      const ref = await setup.provider.start(specOf(1));
      await runInside(ref.id, [
        'sh',
        '-c',
        'env -i setsid sh -c "setsid sleep 98765 </dev/null >/dev/null 2>&1 &"; sleep 1',
      ]);
      const listDetached = async (): Promise<readonly string[]> => {
        const { Processes, Titles } = await docker.getContainer(ref.id).top();
        const pidAt = Titles.indexOf('PID');
        const detached = Processes.filter((row: readonly string[]) => row.at(-1) === 'sleep 98765');
        return detached.map((row: readonly string[]) => row[pidAt] ?? '');
      };
      await waitFor(async () => (await listDetached()).length === 1);
      const [pid = ''] = await listDetached();
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('GREETING');
      await setup.provider.stop(ref);
      expect(existsSync(`/proc/${pid}`)).toBe(false);
    });

    claim(
      'tells of a loop that keeps a core busy, and of the memory it holds without what is cached',
      async () => {
        const bytes = 64 * mebibyte;
        const ref = await setup.provider.start(specOf(1, { HOLD_BYTES: String(bytes) }));
        await expectBusy(setup.provider, { sessionId, bytes, timeoutMs: 30_000 });
        const memoryOf = async () => (await setup.provider.stats([sessionId]))[0]?.memory;
        const before = await memoryOf();
        expect(before?.limitBytes).toBe(256 * mebibyte);
        await runInside(ref.id, ['dd', 'if=/dev/zero', 'of=/data/workspace/large', 'bs=1M', 'count=80']);
        const after = await memoryOf();
        expect((after?.usedBytes ?? 0) - (before?.usedBytes ?? 0)).toBeLessThan(40 * mebibyte);
      },
    );

    claim('tells the size of the volume of a session, and what it may hold', async () => {
      const ref = await setup.provider.start(specOf(1));
      await runInside(ref.id, ['dd', 'if=/dev/zero', 'of=/data/workspace/large', 'bs=1M', 'count=5']);
      const diskOf = async () => (await setup.provider.stats([sessionId]))[0]?.disk;
      await waitFor(async () => (await diskOf()) !== undefined, timeoutMs);
      const disk = await diskOf();
      expect(disk?.limitBytes).toBe(20_480 * mebibyte);
      expect(disk?.usedBytes).toBeGreaterThanOrEqual(5 * mebibyte);
      expect(disk?.usedBytes).toBeLessThan(6 * mebibyte);
    });

    claim('adopts the container of a create whose answer was lost', async () => {
      const again = makeDockerWorld({ instanceId: setup.instanceId });
      await again.provider.prepare();
      const ref = await setup.provider.start(specOf(1));
      await docker.getContainer(ref.id).remove({ force: true });
      const both = await Promise.all([setup.provider.start(specOf(1)), again.provider.start(specOf(1))]);
      expect(both[0]).toEqual(both[1]);
      expect(await setup.provider.list()).toHaveLength(1);
    });

    claim(
      'has workspace and home as they were after everything ended at once, as a reboot does it',
      async () => {
        const ref = await setup.provider.start(specOf(1));
        await runInside(ref.id, ['sh', '-c', 'echo kept >/data/workspace/file; echo kept >/data/home/.rc']);
        const filters = { label: [`codex-webapp.instance=${setup.instanceId}`] };
        const both = await docker.listContainers({ filters });
        expect(both).toHaveLength(2);
        await Promise.all(both.map(({ Id }) => docker.getContainer(Id).kill()));
        const { provider } = makeDockerWorld({ instanceId: setup.instanceId });
        expect(await provider.list()).toMatchObject([{ sessionId, isRunning: false }]);
        const again = await provider.start(specOf(2));
        const files = await runInside(again.id, ['cat', '/data/workspace/file', '/data/home/.rc']);
        expect(files.trim().split(/\s+/)).toEqual(['kept', 'kept']);
        expect(await docker.listContainers({ filters })).toHaveLength(2);
      },
    );

    claim('starts in one network when two of its name were made', async () => {
      const ref = await setup.provider.start(specOf(1));
      const filters = { label: [`codex-webapp.session=${sessionId}`] };
      const [network] = await docker.listNetworks({ filters });
      await docker.createNetwork({ Name: network?.Name ?? '', Labels: network?.Labels });
      await setup.provider.start(specOf(2));
      expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'running' });
      expect((await docker.listNetworks({ filters })).map(({ Id }) => Id)).toEqual([network?.Id]);
    });

    claim('never touches containers of another installation or without labels', async () => {
      const other = makeDockerWorld();
      const ref = await other.provider.start(specOf(1));
      const name = ref.id.replace(/^cw-[^-]+/, `cw-${setup.instanceId.replaceAll('-', '').slice(0, 12)}`);
      const stranger = await docker.createContainer({ name, Image: testImage });
      try {
        expect(await setup.provider.list()).toEqual([]);
        const mine = { ...ref, id: name };
        for (const meddle of [
          () => setup.provider.start(specOf(1)),
          () => setup.provider.stop(mine),
          () => setup.provider.remove(mine),
          () => setup.provider.removeData(sessionId),
        ]) {
          await expect(meddle()).rejects.toThrow('is not ours');
        }
        expect((await stranger.inspect()).State.Status).toBe('created');
        expect(await other.provider.inspect(ref)).toMatchObject({ state: 'running' });
      } finally {
        await stranger.remove({ force: true });
        await other.dispose();
      }
    });

    claim('closes the network between sessions and leaves the way to main-server open', async () => {
      const address = await setup.provider.hostAddress();
      const server = createServer((_request, response) => response.end('hello from main-server'));
      await new Promise<void>((resolve) => server.listen(containerPort, address ?? '', resolve));
      try {
        const first = await setup.provider.start(specOf(1));
        const second = await setup.provider.start({ ...specOf(1), sessionId: randomUUID() });
        const networks = (await docker.getContainer(second.id).inspect()).NetworkSettings.Networks;
        const neighbour = Object.values(networks)[0]?.IPAddress;
        const get = (url: string): string =>
          `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(2000) }).then((r) => r.text()).then(console.log, (e) => console.log('no way', e.name, e.cause?.code))`;
        const listen = `require('node:http').createServer((q, r) => r.end('hello from a session')).listen(3001)`;
        const exec = await docker.getContainer(second.id).exec({ Cmd: ['node', '-e', listen] });
        await exec.start({ Detach: true });
        await waitFor(async () =>
          (await runInside(second.id, ['node', '-e', get('http://127.0.0.1:3001')])).includes(
            'from a session',
          ),
        );
        expect(
          await runInside(first.id, ['node', '-e', get(`${await setup.provider.mainUrl()}/`)]),
        ).toContain('hello from main-server');
        expect(await runInside(first.id, ['node', '-e', get(`http://${neighbour}:3001/`)])).toContain(
          'no way',
        );
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });

    claim('finds its address on this machine before the first container is there', async () => {
      expect(await isOurs((await setup.provider.hostAddress()) ?? '')).toBe(true);
      expect(await isOurs('192.0.2.1')).toBe(false);
    });

    claim('says that a container used too much memory', async () => {
      const ref = await setup.provider.start(
        specOf(1, { NODE_OPTIONS: '--max-old-space-size=4096', EXIT_WITH: '' }),
      );
      await runInside(ref.id, ['sh', '-c', 'kill -0 1']);
      const hungry = {
        ...specOf(2),
        environment: { ...specOf(2).environment, NODE_OPTIONS: '-r /data/workspace/eat.cjs' },
      };
      const eat = 'const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1));';
      await runInside(ref.id, [
        'node',
        '-e',
        `require('fs').writeFileSync('/data/workspace/eat.cjs', ${JSON.stringify(eat)})`,
      ]);
      const next = await setup.provider.start(hungry);
      await waitFor(async () => (await setup.provider.inspect(next)).state === 'stopped', 30_000);
      expect(await setup.provider.inspect(next)).toMatchObject({ reason: expect.stringContaining('memory') });
    });

    claim('tells soon that a container was killed', async () => {
      const ref = await setup.provider.start(specOf(1));
      const changes: (string | null)[] = [];
      const end = setup.provider.watch((changed) => changes.push(changed));
      await waitFor(() => changes.length === 1);
      const before = performance.now();
      await docker.getContainer(ref.id).kill();
      await waitFor(() => changes.includes(sessionId));
      expect(performance.now() - before).toBeLessThan(5_000);
      expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'stopped', exitCode: 137 });
      end();
    });

    claim(
      'survives that the engine goes away and comes back, and hears what happens after that',
      async () => {
        const ref = await setup.provider.start(specOf(1));
        let isAway = false;
        const proxy = new LossyProxy({ socketPath: '/var/run/docker.sock' }, () =>
          isAway ? 'unsent' : 'passed',
        );
        const engine = new Docker({ host: '127.0.0.1', port: await proxy.listen() });
        const { provider } = makeDockerWorld({ instanceId: setup.instanceId }, engine);
        const changes: (string | null)[] = [];
        const end = provider.watch((changed) => changes.push(changed));
        await waitFor(() => changes.length === 1);
        isAway = true;
        proxy.cut();
        await expect(provider.inspect(ref)).rejects.toMatchObject({
          reason: 'unreachable',
          isRetryable: true,
        });
        await docker.getContainer(ref.id).kill();
        isAway = false;
        // Null: whoever hears it looks at everything, since it was not heard what happened meanwhile.
        await waitFor(() => changes.length === 2, timeoutMs);
        expect(changes).toEqual([null, null]);
        expect(await provider.inspect(ref)).toMatchObject({ state: 'stopped', exitCode: 137 });
        await provider.start(specOf(2));
        await waitFor(() => changes.includes(sessionId), timeoutMs);
        end();
        await proxy.close();
      },
    );

    claim('deletes container and volume and nothing else', async () => {
      const ref = await setup.provider.start(specOf(1));
      const neighbour = await setup.provider.start({ ...specOf(1), sessionId: randomUUID() });
      await setup.provider.remove(ref);
      await setup.provider.removeData(sessionId);
      await expect(docker.getVolume(ref.id).inspect()).rejects.toMatchObject({ statusCode: 404 });
      await expect(docker.getVolume(neighbour.id).inspect()).resolves.toMatchObject({ Name: neighbour.id });
    });

    claim('says so when the engine does not answer, and calls nothing absent', async () => {
      const ref = await setup.provider.start(specOf(1));
      const cut = new DockerContainerProvider(
        new Docker({ socketPath: '/nowhere.sock' }),
        dockerOptions({ instanceId: setup.instanceId }),
      );
      expect(await cut.check()).toMatchObject({
        isAvailable: false,
        note: expect.stringContaining('Docker does not answer'),
      });
      await expect(cut.inspect(ref)).rejects.toMatchObject({ reason: 'unreachable' });
      await expect(cut.list()).rejects.toMatchObject({ reason: 'unreachable', isRetryable: true });
    });
  });
});
