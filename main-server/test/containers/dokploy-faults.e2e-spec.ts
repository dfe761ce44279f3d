import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Misfortune } from '../../../tools/dokploy-simulator/src/index.ts';
import { ContainerProviderError } from '../../src/modules/containers/providers/container-provider.errors.ts';
import { requestSlice } from '../support/crash-slice.ts';
import {
  makeDokploySetup,
  standingImage,
  type DokploySetup,
  type DokploySetupOptions,
} from '../support/dokploy-setup.ts';
import { waitFor } from '../support/wait-for.ts';

const timeoutMs = 120_000;
/** More requests than any command sends. */
const mostRequests = 60;
const { first: firstRequest, step } = requestSlice(3);

const misfortunes: readonly (readonly [string, Misfortune])[] = [
  ['is refused', { type: 'refuse', status: 500 }],
  ['is carried out and not answered', { type: 'drop-answer' }],
  ['is lost', { type: 'drop-request' }],
  ['is never answered', { type: 'hang' }],
];

describe('DokployContainerProvider under faults', () => {
  let setup: DokploySetup;

  afterEach(() => setup.dispose());

  async function begin(options: DokploySetupOptions = {}): Promise<void> {
    setup = await makeDokploySetup({ connection: { image: standingImage }, ...options });
  }

  const specOf = (sessionId: string, generation: number) => ({
    sessionId,
    generation,
    environment: { WORKSPACE_PATH: '/data/workspace' },
  });
  const dokploy = () => setup.simulator.dokploy;
  const engine = () => dokploy().engine(null);

  /** What is in Dokploy, as numbers: each of these belongs to a session, or is left over. */
  const count = () => ({
    apps: dokploy().rows.applications.length,
    services: engine().services.size,
    networks: dokploy().rows.networks.length,
    mounts: dokploy().rows.mounts.length,
    volumes: engine().volumes.get('node-own')?.size ?? 0,
    jobs: dokploy().jobs().length,
  });
  const one = { apps: 1, services: 1, networks: 1, mounts: 1, volumes: 1, jobs: 0 };
  const none = { apps: 0, services: 0, networks: 0, mounts: 0, volumes: 0, jobs: 0 };

  it(
    'makes 200 apps of 200 sessions while answers are dropped',
    async () => {
      await begin();
      const drop = (route: string, times: number, after: number): void =>
        setup.simulator.misfortunes.add({ route, misfortune: { type: 'drop-answer' }, times, after });
      for (let index = 0; index < 200; index += 1) {
        drop('application.create', 1, index);
        if (index % 3 === 0) drop('network.create', 1, index);
        if (index % 5 === 0) drop('mounts.create', 1, index);
        if (index % 7 === 0) drop('application.deploy', 1, index);
      }
      const ids = Array.from({ length: 200 }, () => randomUUID());
      const waiting = [...ids];
      const work = async (): Promise<void> => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
          await setup.provider.start(specOf(id, 1));
        }
      };
      await Promise.all(Array.from({ length: 10 }, work));
      expect(count()).toEqual({
        apps: 200,
        services: 200,
        networks: 200,
        mounts: 200,
        volumes: 200,
        jobs: 0,
      });
      const running = (await setup.provider.list()).filter(({ isRunning }) => isRunning);
      expect(running.map(({ sessionId }) => sessionId).sort()).toEqual(ids.sort());
    },
    timeoutMs,
  );

  it('keeps one app of several whose creation was carried out late', async () => {
    await begin();
    // The second one is sent before the first has been carried out, and is carried out after the session runs.
    for (const afterMs of [350, 1_500]) {
      setup.simulator.misfortunes.add({
        route: 'application.create',
        misfortune: { type: 'late', afterMs },
        times: 1,
      });
    }
    const sessionId = randomUUID();
    await setup.provider.start(specOf(sessionId, 1));
    await waitFor(() => count().apps === 2);
    expect(await setup.provider.list()).toMatchObject([{ sessionId, generation: 1, isRunning: true }]);
    await setup.provider.start(specOf(sessionId, 2));
    expect(count()).toEqual(one);
    expect(await setup.provider.list()).toMatchObject([{ sessionId, generation: 2, isRunning: true }]);
    await setup.provider.remove({ provider: 'dokploy', sessionId, id: 'x' });
    await setup.provider.removeData(sessionId);
    expect(count()).toEqual(none);
  });

  describe.each(misfortunes)('when request k of a start %s', (_what, misfortune) => {
    it(
      'runs, or says why not; a second try uses what is there; nothing is left after removal',
      async () => {
        await begin({ times: { requestMs: 150 } });
        let isReached = true;
        let failures = 0;
        for (let k = firstRequest; isReached && k < mostRequests; k += step) {
          const sessionId = randomUUID();
          setup.simulator.misfortunes.clear();
          setup.simulator.misfortunes.add({ misfortune, times: 1, after: k });
          const before = setup.simulator.misfortunes.struck;
          const outcome = await setup.provider.start(specOf(sessionId, 1)).catch((error: unknown) => error);
          isReached = setup.simulator.misfortunes.struck > before;
          setup.simulator.misfortunes.clear();
          if (outcome instanceof Error) {
            failures += 1;
            expect([k, outcome]).toEqual([k, expect.any(ContainerProviderError)]);
            // The next process of the same installation, which knows nothing of this one.
            await setup.makeProvider().start(specOf(sessionId, 1));
          }
          await waitFor(() => count().jobs === 0);
          expect([k, count()]).toEqual([k, one]);
          expect([k, await setup.provider.list()]).toMatchObject([
            k,
            [{ sessionId, generation: 1, isRunning: true }],
          ]);
          await setup.provider.removeData(sessionId);
          expect([k, count()]).toEqual([k, none]);
        }
        expect(isReached).toBe(false);
        // Where nothing is lost, every refusal is told; where answers are, none is.
        expect(failures > 0).toBe(misfortune.type === 'refuse');
      },
      timeoutMs,
    );
  });

  describe.each(misfortunes)('when request k of a stop and a removal %s', (_what, misfortune) => {
    it(
      'ends in the same place when it is repeated',
      async () => {
        await begin({ times: { requestMs: 150 } });
        let isReached = true;
        for (let k = firstRequest; isReached && k < mostRequests; k += step) {
          const sessionId = randomUUID();
          setup.simulator.misfortunes.clear();
          const ref = await setup.provider.start(specOf(sessionId, 1));
          setup.simulator.misfortunes.add({ misfortune, times: 1, after: k });
          const before = setup.simulator.misfortunes.struck;
          await repeat(() => setup.provider.stop(ref));
          expect([k, await stateOf(ref)]).toEqual([k, 'stopped']);
          await repeat(() => setup.provider.remove(ref));
          await repeat(() => setup.provider.removeData(sessionId));
          isReached = setup.simulator.misfortunes.struck > before;
          setup.simulator.misfortunes.clear();
          expect([k, count()]).toEqual([k, none]);
        }
        expect(isReached).toBe(false);
      },
      timeoutMs,
    );
  });

  /** As the reconciler does. */
  async function repeat(work: () => Promise<void>): Promise<void> {
    await work().catch(async (error: unknown) => {
      expect(error).toBeInstanceOf(ContainerProviderError);
      await work();
    });
  }

  async function stateOf(ref: Parameters<DokploySetup['provider']['inspect']>[0]): Promise<string> {
    return (await setup.provider.inspect(ref).catch(() => setup.provider.inspect(ref))).state;
  }
});
