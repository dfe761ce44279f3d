import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  dockerOptions,
  makeDockerWorld,
  runInside,
  type DockerWorld,
} from '../support/docker-world.ts';
import { normaliseInspect } from '../support/normalise-inspect.ts';
import { testProgram } from '../support/provider-test-program.ts';

const golden = new URL('./docker-inspect.golden.json', import.meta.url);
const timeoutMs = 60_000;

await describeWithDocker('what a session’s container may do', () => {
  describe('the container of a session', () => {
    let world: DockerWorld;
    let sessionId: string;

    beforeAll(() => buildTestImage(testProgram), 5 * 60_000);
    beforeEach(() => {
      world = makeDockerWorld();
      sessionId = randomUUID();
    });
    afterEach(() => world.dispose(), timeoutMs);

    const start = () =>
      world.provider.start({
        sessionId,
        generation: 1,
        environment: { WORKSPACE_PATH: '/data/workspace', SESSION_TOKEN: 'a token' },
      });

    /** UPDATE_GOLDEN=1 writes the file anew; what changed in it is for a reader to judge. */
    it(
      'is made as the golden file says, to the last switch',
      async () => {
        const { id } = await start();
        const found = await docker.getContainer(id).inspect();
        const [network = ''] = Object.keys(found.NetworkSettings.Networks);
        const address = found.NetworkSettings.Networks[network]?.Gateway ?? '';
        const image = await docker.getImage(found.Image).inspect();
        const shown = normaliseInspect(found, image.Config.Env, {
          [id]: 'name',
          [sessionId]: 'session',
          [world.instanceId]: 'instance',
          [address]: 'router',
          [found.HostConfig.NetworkMode ?? '']: 'network',
        });
        if (process.env['UPDATE_GOLDEN'] === '1')
          await writeFile(golden, `${JSON.stringify(shown, null, 2)}\n`);
        expect(shown).toEqual(JSON.parse(await readFile(golden, 'utf8')));
      },
      timeoutMs,
    );

    it(
      'has the size that was chosen, and no more processors than there are',
      async () => {
        const large = { memoryBytes: 2 ** 29, nanoCpus: 4_096e9, pidsLimit: 128 };
        const wide = makeDockerWorld({ sizes: { ...dockerOptions().sizes, large } });
        try {
          const { id } = await wide.provider.start({
            sessionId,
            generation: 1,
            size: 'large',
            environment: { WORKSPACE_PATH: '/data/workspace' },
          });
          const { HostConfig } = await docker.getContainer(id).inspect();
          const { NCPU } = (await docker.info()) as { NCPU: number };
          expect(HostConfig).toMatchObject({
            Memory: 2 ** 29,
            MemorySwap: 2 ** 29,
            PidsLimit: 128,
            NanoCpus: NCPU * 1e9,
          });
        } finally {
          await wide.dispose();
        }
      },
      timeoutMs,
    );

    it(
      'is what it was asked to be, as the kernel sees it',
      async () => {
        const { id } = await start();
        const status = await runInside(id, ['sh', '-c', 'id; cat /proc/self/status; ulimit -n; ulimit -c']);
        expect(status).toMatch(/^uid=1000\(node\) gid=1000\(node\) groups=1000\(node\)/);
        for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
          expect(status).toMatch(new RegExp(`${set}:\\s+0000000000000000`));
        expect(status).toMatch(/NoNewPrivs:\s+1/);
        expect(status).toMatch(/Seccomp:\s+2/);
        expect(status).toMatch(/\n16384\s+0\s*$/);
      },
      timeoutMs,
    );

    it(
      'writes to its volume and to memory, and nowhere else',
      async () => {
        const { id } = await start();
        const places = ['/data/workspace', '/data/home', '/tmp', '/var/tmp', '/dev/shm'];
        const closed = ['/', '/app', '/etc', '/usr/local/bin', '/home/node', '/var/log', '/opt', '/run'];
        const write =
          'for f in "$@"; do ( : > "$f/probe" ) 2>/dev/null && echo "$f can" || echo "$f cannot"; done';
        const own = await runInside(id, ['sh', '-c', write, 'sh', ...places]);
        expect(own.trim().split(/\r?\n/)).toEqual(places.map((place) => `${place} can`));
        // Not even where the user would be another one.
        const others = await runInside(id, ['sh', '-c', write, 'sh', ...closed], { User: '0' });
        expect(others.trim().split(/\r?\n/)).toEqual(closed.map((place) => `${place} cannot`));
      },
      timeoutMs,
    );

    it(
      'runs programs out of /tmp, which is memory of the session',
      async () => {
        const { id } = await start();
        const script =
          'printf "#!/bin/sh\\necho ran" > /tmp/p && chmod +x /tmp/p && /tmp/p; grep " /tmp " /proc/mounts';
        const output = await runInside(id, ['sh', '-c', script]);
        expect(output).toMatch(/^ran/);
        expect(output).toMatch(/tmpfs \/tmp tmpfs rw,nosuid,nodev,relatime,size=65536k/);
      },
      timeoutMs,
    );
  });
});
