import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  ContainerProvider,
  ContainerRef,
  ContainerSpec,
} from '../../src/modules/containers/providers/container-provider.ts';
import { type Backend, LossyProxy } from './lossy-proxy.ts';

/** What a backend holds of the one session there is, as numbers. */
export interface Holdings {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
}

export interface CrashWorld {
  readonly backend: Backend;
  /** A program of the installation that reaches the backend at this port of the loopback, or directly when null. */
  makeProvider(port: number | null): ContainerProvider;
  count(): Promise<Holdings>;
  /** What a stopped session keeps beside its volume: of some backends a network too. */
  readonly ofStopped: Pick<Holdings, 'containers' | 'networks'>;
  dispose(): Promise<void>;
}

interface Command {
  /** Whether a session that runs is there before. */
  readonly isOfRunning: boolean;
  run(provider: ContainerProvider, spec: ContainerSpec, ref: ContainerRef): Promise<unknown>;
  leaves(world: CrashWorld): Holdings;
}

const one: Holdings = { containers: 1, networks: 1, volumes: 1 };
const none: Holdings = { containers: 0, networks: 0, volumes: 0 };
/** More than any command sends. */
const requestsMax = 80;

const commands: Readonly<Record<string, Command>> = {
  start: { isOfRunning: false, run: (provider, spec) => provider.start(spec), leaves: () => one },
  'start of the next generation': {
    isOfRunning: true,
    run: (provider, spec) => provider.start({ ...spec, generation: 2 }),
    leaves: () => one,
  },
  stop: {
    isOfRunning: true,
    run: (provider, _spec, ref) => provider.stop(ref),
    leaves: ({ ofStopped }) => ({ ...ofStopped, volumes: 1 }),
  },
  removal: {
    isOfRunning: true,
    run: (provider, _spec, ref) => provider.remove(ref),
    leaves: () => ({ ...none, volumes: 1 }),
  },
  'removal with data': {
    isOfRunning: true,
    run: (provider, { sessionId }) => provider.removeData(sessionId),
    leaves: () => none,
  },
};

/**
 * A program changes a backend by its requests and by nothing else. So whatever it awaits at the moment it is killed, the
 * backend has had its first k requests, and no more: each k is one crash, also of an await that is added tomorrow. The
 * next program knows nothing of it but the session's row, and finishes or undoes what is half done.
 */
export function describeProviderCrashes(
  make: () => Promise<CrashWorld>,
  { first, step }: { readonly first: number; readonly step: number },
): void {
  let world: CrashWorld;
  beforeEach(async () => {
    world = await make();
  });
  afterEach(() => world.dispose());

  /** Does `work` in a program that is gone after `requests` requests. Tells whether it came to that. */
  async function crash(
    requests: number,
    work: (provider: ContainerProvider) => Promise<unknown>,
  ): Promise<boolean> {
    let sent = 0;
    const proxy = new LossyProxy(world.backend, () => ((sent += 1) > requests ? 'unsent' : 'passed'));
    const provider = world.makeProvider(await proxy.listen());
    try {
      const error = await work(provider).then(
        () => null,
        (reason: unknown) => reason,
      );
      const isGone = sent > requests;
      // Who is never cut off has nothing to complain of.
      if (!isGone) expect(error).toBeNull();
      return isGone;
    } finally {
      await proxy.close();
    }
  }

  describe.each(Object.entries(commands))('a crash in a %s', (_name, command) => {
    it.each(['finished', 'undone'] as const)(
      'after any request leaves one container at most, and is %s by the next program with nothing over',
      async (ending) => {
        const survivor = world.makeProvider(null);
        let crashes = 0;
        for (let requests = first; requests < requestsMax; requests += step) {
          const sessionId = randomUUID();
          const spec = { sessionId, generation: 1, environment: { WORKSPACE_PATH: '/data/workspace' } };
          const absent: ContainerRef = { provider: 'docker', sessionId, id: 'none' };
          const ref = command.isOfRunning ? await survivor.start(spec) : absent;
          const isCrashed = await crash(requests, (provider) => command.run(provider, spec, ref));
          const listed = (await survivor.list()).filter((found) => found.sessionId === sessionId);
          expect([requests, listed.length]).toEqual([requests, Math.min(listed.length, 1)]);
          if (ending === 'finished') {
            await command.run(survivor, spec, listed[0]?.ref ?? ref);
            expect([requests, await world.count()]).toEqual([requests, command.leaves(world)]);
          } else if (listed[0] !== undefined) {
            // Whoever gives it up finds it by the list alone: its ref was not written down.
            await survivor.remove(listed[0].ref);
          }
          const { networks } = await world.count();
          if (ending === 'undone') expect([requests, networks]).toEqual([requests, 0]);
          await survivor.removeData(sessionId);
          expect([requests, await world.count()]).toEqual([requests, none]);
          if (!isCrashed) break;
          crashes += 1;
        }
        expect(crashes).toBeGreaterThan(0);
      },
    );
  });
}
