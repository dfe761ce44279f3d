import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ContainerRef } from '../../src/modules/containers/providers/container-provider.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  dockerOptions,
  makeDockerWorld,
  runInside,
  type DockerWorld,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
const mebibyte = 1024 * 1024;

/** What the engine keeps of a log at most: three files of ten megabytes, and a little for their form. */
const logMaxBytes = 3 * 10e6 * 1.05;

await describeWithDocker('a session that takes all it can get', () => {
  describe('a session that takes all it can get', () => {
    let world: DockerWorld;
    let greedy: ContainerRef;
    let neighbour: ContainerRef;

    const specOf = () => ({
      sessionId: randomUUID(),
      generation: 1,
      environment: { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello' },
    });

    beforeAll(() => buildTestImage(testProgram), 5 * minute);
    beforeEach(async () => {
      // A volume of 64 MB, so that one can be filled.
      world = makeDockerWorld({
        volumeOptions: { type: 'tmpfs', device: 'tmpfs', o: 'size=64m,uid=1000,gid=1000' },
      });
      neighbour = await world.provider.start(specOf());
      greedy = await world.provider.start(specOf());
      // It makes its folder when it begins, which is later than a start resolves.
      await waitFor(async () => (await runInside(greedy.id, ['ls', '/data'])).includes('workspace'), minute);
    }, 2 * minute);
    afterEach(() => world.dispose(), minute);

    const claim = (text: string, test: () => Promise<void>): void => it(text, test, 5 * minute);

    /** Its program ticks five times in a second; that it still does is what working means. */
    async function expectNeighbourToWork(): Promise<void> {
      const abort = new AbortController();
      let ticks = 0;
      for await (const line of world.provider.logs(neighbour, {
        tail: 0,
        follow: true,
        signal: abort.signal,
      })) {
        if (line.text === 'tick') ticks += 1;
        if (ticks === 5) abort.abort();
      }
      expect(ticks).toBeGreaterThanOrEqual(5);
      expect(
        await runInside(neighbour.id, ['sh', '-c', 'echo kept > /data/workspace/f; cat /data/workspace/f']),
      ).toMatch(/kept/);
      expect(await world.provider.list()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ sessionId: neighbour.sessionId, isRunning: true }),
        ]),
      );
    }

    async function runDetached(ref: ContainerRef, command: readonly string[]): Promise<void> {
      const exec = await docker.getContainer(ref.id).exec({ Cmd: [...command] });
      await exec.start({ Detach: true });
    }

    async function processesOf(ref: ContainerRef): Promise<number> {
      return (await docker.getContainer(ref.id).top()).Processes.length;
    }

    claim('cannot have more processes than it may: a fork bomb stays inside', async () => {
      await runDetached(greedy, ['bash', '-c', 'bomb() { bomb | bomb & }; bomb']);
      await waitFor(async () => (await processesOf(greedy)) > 40, minute);
      expect(await processesOf(greedy)).toBeLessThanOrEqual(64);
      await expectNeighbourToWork();
      await world.provider.stop(greedy, { graceMs: 1_000 });
      expect(await world.provider.inspect(greedy)).toMatchObject({ state: 'stopped' });
    });

    claim('cannot have more memory than it may, /tmp and swap among it', async () => {
      const hog = 'const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1));';
      const output = await runInside(greedy.id, ['node', '--max-old-space-size=8192', '-e', hog]);
      expect(output).not.toContain('heap out of memory');
      await runInside(greedy.id, ['sh', '-c', 'head -c 1G /dev/zero > /tmp/full; ls -l /tmp/full; true']);
      const usage = (await docker.getContainer(greedy.id).stats({ stream: false })).memory_stats;
      expect(usage.limit).toBe(256 * mebibyte);
      expect(usage.max_usage ?? usage.usage ?? 0).toBeLessThanOrEqual(256 * mebibyte);
      await expectNeighbourToWork();
    });

    claim('cannot have more of the processor than it may', async () => {
      // So little that it has all of it at once, also on a machine that is busy.
      const small = { memoryBytes: 256 * mebibyte, nanoCpus: 1e8, pidsLimit: 64 };
      const tight = makeDockerWorld({ sizes: { ...dockerOptions().sizes, small } });
      try {
        const slow = await tight.provider.start({ ...specOf(), size: 'small' });
        await runDetached(slow, ['sh', '-c', 'for i in 1 2 3 4; do (while :; do :; done) & done; wait']);
        const container = docker.getContainer(slow.id);
        await waitFor(async () => {
          const { cpu_stats: cpu } = await container.stats({ stream: false });
          return cpu.throttling_data.throttled_periods > 10;
        }, minute);
        await expectNeighbourToWork();
      } finally {
        await tight.dispose();
      }
    });

    claim('cannot write more than its volume holds', async () => {
      const fill =
        'dd if=/dev/zero of=/data/workspace/full bs=1M count=4096 2>&1; stat -c %s /data/workspace/full';
      const output = await runInside(greedy.id, ['sh', '-c', fill]);
      expect(output).toMatch(/No space left on device/);
      expect(Number(output.trim().split(/\s+/).at(-1))).toBeLessThanOrEqual(64 * mebibyte);
      const files =
        'i=0; while : > /data/workspace/f$i; do i=$((i+1)); [ $i -gt 100000 ] && break; done 2>&1; echo made $i';
      expect(await runInside(greedy.id, ['sh', '-c', files])).toMatch(/made \d+/);
      await expectNeighbourToWork();
    });

    claim('cannot fill the disk by what it prints: a gigabyte leaves thirty megabytes', async () => {
      const shouting = await world.provider.start({
        ...specOf(),
        environment: { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello', SHOUT_BYTES: String(1e9) },
      });
      await waitFor(
        async () => (await runInside(shouting.id, ['cat', '/data/workspace/shouted'])).includes('done'),
        4 * minute,
      );
      let kept = 0;
      for await (const { text } of world.provider.logs(shouting, { tail: 10_000_000 }))
        kept += text.length + 1;
      expect(kept).toBeGreaterThan(1e6);
      expect(kept).toBeLessThanOrEqual(logMaxBytes);
      await expectNeighbourToWork();
    });

    claim(
      'is stopped, with the reason, when its files outgrow the bound of an engine without sizes',
      async () => {
        const watched = makeDockerWorld({ disk: { bytes: 32 * mebibyte, lookEveryMs: 1_000 } });
        try {
          const [large, small] = [
            await watched.provider.start(specOf()),
            await watched.provider.start(specOf()),
          ];
          const end = watched.provider.watch(() => undefined);
          await runInside(large.id, ['sh', '-c', 'head -c 40M /dev/urandom > /data/workspace/large']);
          await waitFor(async () => (await watched.provider.inspect(large)).state === 'stopped', 3 * minute);
          expect(await watched.provider.inspect(large)).toMatchObject({
            reason: expect.stringMatching(/its files take \d+ MB; 32 MB are allowed/),
          });
          expect(await watched.provider.inspect(small)).toMatchObject({ state: 'running' });
          // It is given room to tidy up, and keeps its files.
          const again = await watched.provider.start({
            ...specOf(),
            sessionId: large.sessionId,
            generation: 2,
          });
          expect(await runInside(again.id, ['stat', '-c', '%s', '/data/workspace/large'])).toMatch(
            /41943040/,
          );
          end();
        } finally {
          await watched.dispose();
        }
      },
    );
  });
});
