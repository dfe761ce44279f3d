import { describe, expect, it, jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ContainerEndings } from '../src/modules/containers/container-endings.ts';
import { ContainerReconciliation } from '../src/modules/containers/container-reconciliation.ts';
import { ContainerStarter } from '../src/modules/containers/container-starter.ts';
import { ContainerStarts } from '../src/modules/containers/container-starts.ts';
import { ContainerProviderRegistry } from '../src/modules/containers/providers/container-provider.registry.ts';
import { FakeContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import { SerialByKey } from '../src/modules/containers/serial-by-key.ts';
import { SessionContainersService } from '../src/modules/containers/session-containers.service.ts';
import { LinkRegistry } from '../src/modules/link/link-registry.ts';
import { linkEvents } from '../src/modules/link/link.events.ts';
import type { Link } from '../src/modules/link/link.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import type { Session } from '../src/modules/session-state/session.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';
import { listAwaits, listFailpoints, listLifecycleAwaits } from './support/lifecycle-failpoints.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(30_000);

const awaits = listLifecycleAwaits();
const names = listFailpoints();

describe('the failpoints of the lifecycle', () => {
  it('follow every await of a create, start, stop and remove', () => {
    expect(awaits.filter(({ failpoint }) => failpoint === null)).toEqual([]);
    expect(awaits.length).toBeGreaterThan(60);
  });

  it('have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('are missed where an await has none', () => {
    const source = `class A {
      async stop() {
        await this.a();
        await this.failpoints.hit('x.stop.a');
        await this.b();
        if (c) await this.c();
        await this.failpoints.hit('x.stop.c');
        await this.queue.run(async (manager) => { await manager.update(); });
      }
      async look() { await this.d(); }
    }`;
    expect(listAwaits('x.ts', source, ['stop']).map(({ text, failpoint }) => [text, failpoint])).toEqual([
      ['await this.a()', 'x.stop.a'],
      ['await this.b()', null],
      ['await this.c()', 'x.stop.c'],
      ['await this.queue.run(async (manager) => { await manager.update(); })', null],
    ]);
  });
});

/** With a session that has no container yet. The fake goes by the name of the one that is not started with it. */
async function setUp() {
  const provider = new FakeContainerProvider('manual');
  const app = await createTestApp({
    override: (builder) =>
      builder
        .overrideProvider(ContainerProviderRegistry)
        .useValue(new ContainerProviderRegistry([provider], provider.name)),
  });
  const user = await app.addUser();
  const { id } = await app.addSession(user, { provider: provider.name });
  const session = await app.get(SessionStateService).find(id);
  if (session === null) throw new Error('no session');
  return { app, session, provider, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

type SetUp = Awaited<ReturnType<typeof setUp>>;

/** The service as the next server makes it: same database, same backend, no memory. */
function makeAnother(app: TestApp): SessionContainersService {
  const made = new Map<Type<unknown>, unknown>();
  const make = (type: Type<unknown>): unknown => {
    if (!withMemory.includes(type)) return app.get(type);
    if (!made.has(type)) {
      const needed = (Reflect.getMetadata('design:paramtypes', type) ?? []) as readonly Type<unknown>[];
      made.set(type, new type(...needed.map(make)));
    }
    return made.get(type);
  };
  return make(SessionContainersService) as SessionContainersService;
}

/** What holds something that a crash forgets, and what holds those. */
const withMemory: readonly Type<unknown>[] = [
  SessionContainersService,
  ContainerEndings,
  ContainerReconciliation,
  ContainerStarter,
  ContainerStarts,
  SerialByKey,
];

/** What a container does once it runs: its link comes up. */
function connect(app: TestApp, sessionId: string, generation: number): void {
  const link = {
    sessionId,
    generation,
    agents: [],
    isDrained: true,
    send: () => undefined,
    close: () => undefined,
  };
  app.get(LinkRegistry).put(link as unknown as Link);
  app.get(EventEmitter2).emit(linkEvents.connected, { sessionId, generation, runningTurnId: null });
}

async function startAndConnect({ app, session, provider }: SetUp): Promise<void> {
  await app.get(SessionContainersService).create(session);
  await waitFor(() => provider.containers.get(session.id)?.state.state === 'running');
  connect(app, session.id, provider.containers.get(session.id)?.spec.generation ?? 0);
  await app.get(SessionContainersService).drain();
}

/** Writes the row as a server left it that crashed then. */
async function leaveRow({ app, session }: SetUp, desired: string, status: string): Promise<void> {
  await app.get(WriteQueue).run((manager) =>
    manager.query(
      `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, updated_at)
       VALUES (?, 'manual', ?, ?, 1, 0, ?)`,
      [session.id, desired, status, Date.now()],
    ),
  );
}

/** What is done up to which a crash happens, by the beginning of its failpoint's name. */
const deeds: Readonly<Record<string, (setUp: SetUp) => Promise<unknown>>> = {
  'containers.start.given-up': async ({ app, session, provider }) => {
    await app.get(SessionContainersService).create(session);
    await waitFor(() => provider.containers.has(session.id));
    await app.get(SessionContainersService).stop(session);
  },
  'containers.start.failed': (setUp) =>
    deeds['containers.fail']?.(setUp) ?? Promise.reject(new Error('no deed')),
  'containers.start': startAndConnect,
  'containers.row': startAndConnect,
  'containers.restart': async (setUp) => {
    await startAndConnect(setUp);
    await setUp.app.get(SessionContainersService).restart(setUp.session);
  },
  'containers.stop': async (setUp) => {
    await startAndConnect(setUp);
    await setUp.app.get(SessionContainersService).stop(setUp.session);
  },
  'containers.gone': async (setUp) => {
    await startAndConnect(setUp);
    await setUp.app.get(SessionContainersService).stop(setUp.session);
  },
  'containers.remove-data': async (setUp) => {
    await startAndConnect(setUp);
    await setUp.app.get(SessionContainersService).removeData(setUp.session);
  },
  'containers.remove': async (setUp) => {
    await startAndConnect(setUp);
    await setUp.app.get(SessionContainersService).remove(setUp.session);
  },
  'containers.fail': async ({ app, session, provider }) => {
    await app.get(SessionContainersService).create(session);
    await waitFor(() => provider.containers.has(session.id));
    provider.end(session.id, 1);
  },
  'containers.end': async (setUp) => {
    await startAndConnect(setUp);
    setUp.provider.end(setUp.session.id, 137);
  },
  'containers.reconcile': async (setUp) => {
    await startAndConnect(setUp);
    setUp.provider.end(setUp.session.id, 137);
  },
  'containers.mark': async (setUp) => {
    await leaveRow(setUp, 'stopped', 'stopping');
    await setUp.app.get(SessionContainersService).reconcile(setUp.session.id);
  },
  'containers.resume': async (setUp) => {
    await leaveRow(setUp, 'running', 'creating');
    await setUp.app.get(SessionContainersService).reconcile(setUp.session.id);
  },
};

function deedOf(name: string): (setUp: SetUp) => Promise<unknown> {
  const prefix = Object.keys(deeds)
    .sort((one, other) => other.length - one.length)
    .find((candidate) => name === candidate || name.startsWith(`${candidate}.`));
  const deed = deeds[prefix ?? ''];
  if (!deed) throw new Error(`Nothing here leads to ${name}.`);
  return deed;
}

describe('a crash', () => {
  const reached = names.filter((name) => name.startsWith('containers.'));

  it.each(reached)('at %s leaves one container or none, and the truth', async (name) => {
    await using setup = await setUp();
    const { app, provider } = setup;
    const sessionId = setup.session.id;
    const crashed = app.get(SessionContainersService);
    await using crash = {
      isHit: false,
      release: (_error: Error): void => undefined,
      async [Symbol.asyncDispose]() {
        this.release(new Error('the end of the crashed server'));
        await crashed.drain();
      },
    };
    const disarm = app.get(Failpoints).arm(name, () => {
      crash.isHit = true;
      disarm();
      return new Promise((_resolve, reject) => (crash.release = reject));
    });
    // The first server gets as far as the failpoint and no further.
    void deedOf(name)(setup).catch(() => undefined);
    await waitFor(() => crash.isHit);

    const next = makeAnother(app);
    for (let look = 0; look < 3; look += 1) {
      await next.reconcile(sessionId);
      await waitFor(() => {
        const container = provider.containers.get(sessionId);
        if (container?.state.state === 'running') connect(app, sessionId, container.spec.generation);
        return !next.isBusy(sessionId);
      });
    }
    await expectTruth(setup);
  });

  async function expectTruth({ app, provider, session }: SetUp): Promise<void> {
    const [row] = await app.query<{ desired: string; status: string; generation: number }>(
      'SELECT desired, status, generation FROM containers',
    );
    const left = provider.containers.get(session.id);
    expect(provider.containers.size).toBeLessThanOrEqual(1);
    const truth = {
      running: { isRunning: true, status: 'running' },
      stopped: { isRunning: false, status: expect.stringMatching(/^(stopped|error)$/) },
      absent: { isRunning: false, status: 'absent' },
    }[row?.desired ?? 'absent'];
    expect({ isRunning: left?.state.state === 'running', status: row?.status ?? 'absent' }).toEqual(truth);
    if (row?.desired === 'running') expect(left?.spec.generation).toBe(row.generation);
    if (row?.desired === 'absent') expect(left).toBeUndefined();
    const shown: Session | null = await app.get(SessionStateService).find(session.id);
    expect(shown?.containerStatus).toBe(row?.status ?? 'absent');
  }
});
