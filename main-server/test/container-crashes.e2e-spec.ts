import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../src/database/write-queue.ts';
import { systemActor } from '../src/modules/audit/actor.ts';
import { ContainerEndings } from '../src/modules/containers/container-endings.ts';
import { ContainerIntents } from '../src/modules/containers/container-intents.ts';
import { ContainerRoom } from '../src/modules/containers/container-room.ts';
import { ContainerSleeps } from '../src/modules/containers/container-sleeps.ts';
import { ContainerStops } from '../src/modules/containers/container-stops.ts';
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
import { PoolKeeper } from '../src/modules/sessions/pool/pool-keeper.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import { sliceOf } from './support/crash-slice.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';
import { listAwaits, listFailpoints, listLifecycleAwaits } from './support/lifecycle-failpoints.ts';
import { ShiftedClock } from './support/shifted-clock.ts';
import { waitFor } from './support/wait-for.ts';

/** On a machine that is busy with everything else. */
const deadlineMs = 40_000;
const sliceSize = 24;

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

/** `manual` is the one name whose containers are not started with the session, and that has no limits. */
async function setUp(name: 'manual' | 'docker', poolSize = 0) {
  const provider = new FakeContainerProvider(name);
  if (poolSize > 0) provider.image = { name: 'sessions', id: '1' };
  const clock = new ShiftedClock();
  const app = await createTestApp({
    clock,
    env: { SESSIONS_RUNNING_MAX: String(1 + poolSize), CONTAINER_POOL_SIZE: String(poolSize) },
    override: (builder) =>
      builder
        .overrideProvider(ContainerProviderRegistry)
        .useValue(new ContainerProviderRegistry([provider], provider.name)),
  });
  const user = await app.addUser();
  const { id } = await app.addSession(user, { provider: provider.name });
  const session = await app.get(SessionStateService).find(id);
  if (session === null) throw new Error('no session');
  return { app, user, session, provider, clock, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

type SetUp = Awaited<ReturnType<typeof setUp>>;

/** As Nest notes a parameter that is injected by a token. */
interface NamedParameter {
  readonly index: number;
  readonly param: string;
}

/** The service as the next server makes it: same database, same backend, no memory. */
function makeAnother(app: TestApp): SessionContainersService {
  const made = new Map<Type<unknown>, unknown>();
  const make = (type: Type<unknown>): unknown => {
    if (!withMemory.includes(type)) return app.get(type);
    if (!made.has(type)) {
      const needed = (Reflect.getMetadata('design:paramtypes', type) ?? []) as readonly Type<unknown>[];
      const named = (Reflect.getMetadata('self:paramtypes', type) ?? []) as readonly NamedParameter[];
      const parts = needed.map((part, index) => {
        const token = named.find((parameter) => parameter.index === index)?.param;
        return token === undefined ? make(part) : app.nest.get(token, { strict: false });
      });
      made.set(type, new type(...parts));
    }
    return made.get(type);
  };
  return make(SessionContainersService) as SessionContainersService;
}

/** What holds something that a crash forgets, and what holds those. */
const withMemory: readonly Type<unknown>[] = [
  SessionContainersService,
  ContainerEndings,
  ContainerIntents,
  ContainerReconciliation,
  ContainerRoom,
  ContainerSleeps,
  ContainerStarter,
  ContainerStarts,
  ContainerStops,
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
  await waitFor(() => provider.containers.get(session.id)?.state.state === 'running', deadlineMs);
  connect(app, session.id, provider.containers.get(session.id)?.spec.generation ?? 0);
  await app.get(SessionContainersService).drain();
}

/** Resolves when one waits in the pool; none is made after it. */
async function fillPool({ app, provider }: SetUp): Promise<void> {
  await waitFor(async () => {
    const waiting = await app.query<{ id: string; status: string }>(
      'SELECT id, status FROM sessions JOIN containers ON session_id = id WHERE owner_id IS NULL',
    );
    for (const { id } of waiting) {
      const container = provider.containers.get(id);
      if (container?.state.state === 'running') connect(app, id, container.spec.generation);
    }
    return waiting.some(({ status }) => status === 'running');
  }, deadlineMs);
  app.get(PoolKeeper).onModuleDestroy();
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

async function claim(world: SetUp): Promise<void> {
  await fillPool(world);
  await world.app.as(world.user).post('/api/sessions', {});
}

/** What is done up to which a crash happens, by the beginning of its failpoint's name. */
const deeds: Readonly<Record<string, (world: SetUp) => Promise<unknown>>> = {
  'containers.start.given-up': async ({ app, session, provider }) => {
    await app.get(SessionContainersService).create(session);
    await waitFor(() => provider.containers.has(session.id));
    await app.get(SessionContainersService).stop(session);
  },
  'containers.start.failed': (world) =>
    deeds['containers.fail']?.(world) ?? Promise.reject(new Error('no deed')),
  'containers.start': startAndConnect,
  'containers.row': startAndConnect,
  'containers.restart': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).restart(world.session);
  },
  'containers.upgrade': async (world) => {
    await startAndConnect(world);
    const upgrade = { actor: systemActor, endsTurn: false };
    await world.app.get(SessionContainersService).upgrade(world.session, upgrade);
  },
  'containers.recreate': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).recreate(world.session);
  },
  'containers.stop': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).stop(world.session);
  },
  'containers.gone': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).stop(world.session);
  },
  'containers.remove-data': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).removeData(world.session);
  },
  'containers.remove': async (world) => {
    await startAndConnect(world);
    await world.app.get(SessionContainersService).remove(world.session);
  },
  'containers.fail': async ({ app, session, provider }) => {
    await app.get(SessionContainersService).create(session);
    await waitFor(() => provider.containers.has(session.id));
    provider.end(session.id, 1);
  },
  'containers.end': async (world) => {
    await startAndConnect(world);
    world.provider.end(world.session.id, 137);
  },
  'containers.reconcile': async (world) => {
    await startAndConnect(world);
    world.provider.end(world.session.id, 137);
  },
  'containers.sleep': async (world) => {
    await startAndConnect(world);
    await world.app.get(ContainerSleeps).begin(world.session.id, 'Nobody uses it.');
  },
  'containers.room': async (world) => {
    await startAndConnect(world);
    world.clock.shift(120_000);
    await world.app.as(world.user).post('/api/sessions', {});
  },
  'containers.row.pooled-committed': fillPool,
  'containers.row.handed-over': claim,
  'containers.pool': claim,
  'containers.room.pooled': async (world) => {
    await fillPool(world);
    await startAndConnect(world);
    await world.app.as(world.user).post('/api/sessions', { size: 'large' });
  },
  'containers.mark': async (world) => {
    await leaveRow(world, 'stopped', 'stopping');
    await world.app.get(SessionContainersService).reconcile(world.session.id);
  },
  'containers.resume': async (world) => {
    await leaveRow(world, 'running', 'creating');
    await world.app.get(SessionContainersService).reconcile(world.session.id);
  },
};

function deedOf(name: string): (world: SetUp) => Promise<unknown> {
  const prefix = Object.keys(deeds)
    .sort((one, other) => other.length - one.length)
    .find((candidate) => name === candidate || new RegExp(`^${candidate}[.-]`).test(name));
  const deed = deeds[prefix ?? ''];
  if (!deed) throw new Error(`Nothing here leads to ${name}.`);
  return deed;
}

/** Of the pool, which is off elsewhere. */
const isOfPool = (name: string): boolean => /pool|handed-over/.test(name);

describe('a crash', () => {
  // Brief containers are crashed at in server-crashes, with a process that ends for good.
  const reached = names.filter((name) => /^containers\.(?!brief\.)/.test(name));

  it('has something that may lead to it at every failpoint', () => {
    for (const name of reached) expect(() => deedOf(name)).not.toThrow();
  });

  it.each(sliceOf(reached, sliceSize))('at %s leaves one container or none, and the truth', async (name) => {
    await using setup = isOfPool(name)
      ? await setUp('docker', 1)
      : await setUp(/\.(room|sleep|upgrade)\./.test(name) ? 'docker' : 'manual');
    const { app, provider } = setup;
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
    await waitFor(() => crash.isHit, deadlineMs);

    const next = makeAnother(app);
    for (let look = 0; look < 3; look += 1) {
      for (const { id } of await app.query<{ id: string }>('SELECT id FROM sessions')) {
        await next.reconcile(id);
        await waitFor(() => {
          const container = provider.containers.get(id);
          if (container?.state.state === 'running') connect(app, id, container.spec.generation);
          return !next.isBusy(id);
        }, deadlineMs);
      }
    }
    await waitFor(async () => {
      const deleting = await app.query('SELECT id FROM sessions WHERE deleting_at IS NOT NULL');
      return deleting.length === 0;
    }, deadlineMs);
    await expectTruth(setup);
  });

  async function expectTruth({ app, provider }: SetUp): Promise<void> {
    const rows = await app.query<Record<'id' | 'shown' | 'desired' | 'status' | 'generation', string | null>>(
      `SELECT sessions.id, container_status AS shown, desired, status, generation
       FROM sessions LEFT JOIN containers ON session_id = sessions.id`,
    );
    for (const row of rows) {
      const left = provider.containers.get(row.id ?? '');
      const truth = {
        running: { isRunning: true, status: 'running' },
        stopped: { isRunning: false, status: expect.stringMatching(/^(stopped|error)$/) },
        absent: { isRunning: false, status: 'absent' },
      }[row.desired ?? 'absent'];
      const status = row.status ?? 'absent';
      expect({ isRunning: left?.state.state === 'running', status }).toEqual(truth);
      if (row.desired === 'running') expect(left?.spec.generation).toBe(row.generation);
      if (row.desired === 'absent') expect(left).toBeUndefined();
      expect(row.shown).toBe(status);
    }
  }
});
