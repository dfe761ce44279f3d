import { describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { ContainerResponse } from '@codex-webapp/contracts';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ContainerWakes } from '../src/modules/containers/container-wakes.ts';
import { containerEvents, type ContainerStopped } from '../src/modules/containers/container.events.ts';
import { ContainerProvidersService } from '../src/modules/containers/container-providers.service.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainersModule } from '../src/modules/containers/containers.module.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import { ContainerProviderRegistry } from '../src/modules/containers/providers/container-provider.registry.ts';
import {
  FailingContainerProvider,
  FakeContainerProvider,
  SlowContainerProvider,
} from '../src/modules/containers/providers/fake/fake.provider.ts';
import { SessionContainersService } from '../src/modules/containers/session-containers.service.ts';
import { LinkRegistry } from '../src/modules/link/link-registry.ts';
import { linkEvents } from '../src/modules/link/link.events.ts';
import type { Link } from '../src/modules/link/link.ts';
import { ContainerIdentityService } from '../src/modules/session-state/container-identity.service.ts';
import { SessionEntity } from '../src/modules/session-state/session.entity.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { waitFor } from './support/wait-for.ts';

/** The fake goes by the name of the one provider whose containers are not started with the session. */
async function setUp(provider: FakeContainerProvider = new FakeContainerProvider('manual')) {
  const app = await createTestApp({
    imports: [ContainersModule],
    override: (builder) =>
      builder
        .overrideProvider(ContainerProviderRegistry)
        .useValue(new ContainerProviderRegistry([provider], provider.name)),
  });
  const user = await app.addUser();
  const { id } = await app.addSession(user, { provider: provider.name });
  return { app, user, sessionId: id, provider, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** What a container does once it runs: its link comes up. */
function connect(app: TestApp, sessionId: string, generation: number): void {
  const link = {
    sessionId,
    generation,
    agents: [],
    isDrained: true,
    send: () => undefined,
    close: () => undefined,
  } as unknown as Link;
  app.get(LinkRegistry).put(link);
  app.get(EventEmitter2).emit(linkEvents.connected, { sessionId, generation, runningTurnId: null });
}

function call(app: TestApp, user: TestUser, sessionId: string, verb: string) {
  return app.as(user).post(`/api/sessions/${sessionId}/container/${verb}`);
}

async function statusOf(app: TestApp, user: TestUser, sessionId: string): Promise<ContainerResponse> {
  return (await app.as(user).get(`/api/sessions/${sessionId}/container/status`)).body as ContainerResponse;
}

async function startAndConnect({
  app,
  user,
  sessionId,
  provider,
}: Awaited<ReturnType<typeof setUp>>): Promise<number> {
  await call(app, user, sessionId, 'create');
  await waitFor(() => provider.containers.get(sessionId)?.state.state === 'running');
  const { generation } = await statusOf(app, user, sessionId);
  connect(app, sessionId, generation);
  await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'running');
  return generation;
}

describe('containers', () => {
  // Create → the container connects its WebSocket → running.
  it('is creating until the link of its generation is up, then running with the time of each step', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const created = await call(app, user, sessionId, 'create');
    expect(created).toMatchObject({
      status: 200,
      body: { status: 'creating', generation: 1, isConnected: false },
    });
    await waitFor(() => provider.starts.length === 1);
    connect(app, sessionId, 7);
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'creating' });
    connect(app, sessionId, 1);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'running');
    const status = await statusOf(app, user, sessionId);
    expect(status).toMatchObject({ isConnected: true, reason: null, startedAt: expect.any(String) });
    expect(status.steps.map(({ name, state, tookMs }) => [name, state, tookMs !== null])).toEqual(
      ['image', 'create', 'start', 'connect'].map((name) => [name, 'done', true]),
    );
    const bodies = await app.query<{ body: string }>(
      `SELECT body FROM entries WHERE session_id = ? AND type = 'container.changed' ORDER BY position`,
      [sessionId],
    );
    expect(bodies.map(({ body }) => JSON.parse(body).container.status)).toEqual(['creating', 'running']);
    expect(await app.query('SELECT container_status FROM sessions')).toEqual([
      { container_status: 'running' },
    ]);
    expect(provider.starts[0]?.environment).toMatchObject({
      SESSION_ID: sessionId,
      SESSION_TOKEN: expect.stringMatching(/^ey/),
      MAIN_APP_URL: 'http://main-server.test:3010',
      MAIN_APP_WS_URL: 'ws://main-server.test:3010',
      WORKSPACE_PATH: '/data/workspace',
      AGENT_HOME: '/data/home',
      STATE_PATH: '/data/state',
    });
  });

  it('makes one container out of many creates at once', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(app, user, sessionId, 'create')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await waitFor(() => provider.containers.has(sessionId));
    connect(app, sessionId, 1);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'running');
    await call(app, user, sessionId, 'create');
    await call(app, user, sessionId, 'start');
    expect(provider.starts).toHaveLength(1);
    expect((await statusOf(app, user, sessionId)).generation).toBe(1);
  });

  it('says in words why a start failed, and starts at the next try', async () => {
    await using setup = await setUp(new FailingContainerProvider('manual'));
    const { app, user, sessionId, provider } = setup;
    await call(app, user, sessionId, 'create');
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'error');
    const failed = await statusOf(app, user, sessionId);
    expect(failed.reason).toBe('The engine does not answer.');
    expect(failed.steps[0]).toMatchObject({ name: 'image', state: 'failed' });
    expect((await app.as(user).get(`/api/sessions/${sessionId}`)).body).toMatchObject({ status: 'failed' });
    (provider as FailingContainerProvider).heal();
    const generation = await startAndConnect(setup);
    expect(generation).toBeGreaterThan(failed.generation - 1);
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'running', reason: null });
  });

  it('says what a container printed that ended before it was ready', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    await call(app, user, sessionId, 'create');
    await waitFor(() => provider.containers.has(sessionId));
    provider.containers.get(sessionId)?.lines.push('Error: no workspace');
    provider.end(sessionId, 3);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'error');
    const { reason } = await statusOf(app, user, sessionId);
    expect(reason).toContain('exit code 3');
    expect(reason).toContain('Error: no workspace');
  });

  it('tries a start once more when the container was killed meanwhile, and not for ever', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    await call(app, user, sessionId, 'create');
    await waitFor(() => provider.starts.length === 1);
    provider.end(sessionId, 137);
    await waitFor(() => provider.starts.length === 2);
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'creating', generation: 1 });
    provider.end(sessionId, 137);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'error');
    expect((await statusOf(app, user, sessionId)).reason).toContain('exit code 137');
    expect(provider.starts).toHaveLength(2);
  });

  it('wakes a container again that was killed while a prompt waited for it', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const generation = await startAndConnect(setup);
    await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text: 'delivered and not begun' });
    const [link] = app.get(LinkRegistry).list();
    if (link) app.get(LinkRegistry).remove(link);
    provider.end(sessionId, 137);
    await waitFor(() => provider.starts.length === 2);
    expect((await statusOf(app, user, sessionId)).generation).toBeGreaterThan(generation);
  });

  it('lets a container sleep that its user stopped, whatever waits', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    await startAndConnect(setup);
    await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text: 'for later' });
    const [link] = app.get(LinkRegistry).list();
    if (link) app.get(LinkRegistry).remove(link);
    await call(app, user, sessionId, 'stop');
    // Long enough for what must not happen.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await app.get(ContainerReconciler).reconcileAll();
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'stopped' });
    expect(provider.starts).toHaveLength(1);
  });

  it('gives a start up when the session is stopped meanwhile', async () => {
    await using setup = await setUp(new SlowContainerProvider('manual'));
    const { app, user, sessionId, provider } = setup;
    await call(app, user, sessionId, 'create');
    await waitFor(async () => {
      const [image] = (await statusOf(app, user, sessionId)).steps;
      return image?.detail === 'Step 1/9 : FROM node';
    });
    expect(await call(app, user, sessionId, 'stop')).toMatchObject({
      status: 200,
      body: { status: 'stopped' },
    });
    (provider as SlowContainerProvider).letGo();
    expect(provider.containers.size).toBe(0);
  });

  it('stops, tells that the generation is gone, and lets its token die', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const generation = await startAndConnect(setup);
    const token = provider.starts[0]?.environment['SESSION_TOKEN'] ?? '';
    const identity = app.get(ContainerIdentityService);
    expect(await identity.authenticateToken(token)).toEqual({ sessionId, generation });
    const stopped: ContainerStopped[] = [];
    app.get(EventEmitter2).on(containerEvents.stopped, (event: ContainerStopped) => stopped.push(event));
    expect(await call(app, user, sessionId, 'stop')).toMatchObject({
      body: { status: 'stopped', isConnected: false },
    });
    expect(stopped).toEqual([{ sessionId, generation, isIntended: true }]);
    await expect(identity.authenticateToken(token)).rejects.toMatchObject({
      code: 'container.generation_old',
    });
    expect(provider.hasData(sessionId)).toBe(true);
    expect(await call(app, user, sessionId, 'stop')).toMatchObject({ status: 200 });
    expect(stopped).toHaveLength(1);
  });

  it('starts again on the same data with another token', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const first = await startAndConnect(setup);
    await call(app, user, sessionId, 'stop');
    const second = await startAndConnect(setup);
    expect(second).toBeGreaterThan(first);
    const { lines } = (await app.as(user).get(`/api/sessions/${sessionId}/container/logs`)).body as {
      lines: string[];
    };
    expect(lines[0]).toMatch(/^run 2/);
    const [one, two] = provider.starts.map(({ environment }) => environment['SESSION_TOKEN']);
    expect(one).not.toBe(two);
  });

  it('restarts with a new generation', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const first = await startAndConnect(setup);
    const { body } = await call(app, user, sessionId, 'restart');
    expect(body).toMatchObject({ status: 'creating' });
    await waitFor(() => provider.starts.length === 2);
    expect(provider.starts[1]?.generation).toBeGreaterThan(first);
  });

  it('removes the container and keeps the data, until the data goes too', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    await startAndConnect(setup);
    const { status, body } = await app.as(user).delete(`/api/sessions/${sessionId}/container`);
    expect([status, (body as ContainerResponse).status]).toEqual([200, 'absent']);
    expect(provider.containers.size).toBe(0);
    expect(provider.hasData(sessionId)).toBe(true);
    const session = await app.get(SessionStateService).find(sessionId);
    if (session === null) throw new Error('no session');
    await app.get(SessionContainersService).removeData(session);
    await app.get(SessionContainersService).removeData(session);
    expect(provider.hasData(sessionId)).toBe(false);
  });

  it('notices a container that died, within five seconds', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    await startAndConnect(setup);
    provider.end(sessionId, 1);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'error', 5_000);
    expect((await statusOf(app, user, sessionId)).reason).toContain('exit code 1');
  });

  it('calls nothing stopped while the backend is away, and finds it again', async () => {
    await using setup = await setUp(new FailingContainerProvider('manual'));
    const { app, user, sessionId } = setup;
    const provider = setup.provider as FailingContainerProvider;
    provider.heal();
    const generation = await startAndConnect(setup);
    const [link] = app.get(LinkRegistry).list();
    if (link) app.get(LinkRegistry).remove(link);
    provider.failWith(new ContainerProviderError('unreachable', 'The engine does not answer.'));
    await app.get(ContainerReconciler).reconcileAll();
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'unknown', generation });
    provider.heal();
    await app.get(ContainerReconciler).reconcileAll();
    expect(await statusOf(app, user, sessionId)).toMatchObject({ status: 'running', generation });
  });

  it('wakes a session that is needed, once', async () => {
    await using setup = await setUp();
    const { app, user, sessionId, provider } = setup;
    const wakes = app.get(ContainerWakes);
    for (let time = 0; time < 3; time += 1) wakes.ensureRunning(sessionId);
    await waitFor(() => provider.starts.length > 0);
    connect(app, sessionId, 1);
    await waitFor(async () => (await statusOf(app, user, sessionId)).status === 'running');
    wakes.ensureRunning(sessionId);
    await app.get(SessionContainersService).drain();
    expect(provider.starts).toHaveLength(1);
  });

  it('answers for a stranger’s session as for none', async () => {
    await using setup = await setUp();
    const { app, sessionId, provider } = setup;
    const stranger = await app.addUser();
    for (const verb of ['create', 'start', 'stop', 'restart']) {
      expect((await call(app, stranger, sessionId, verb)).status).toBe(404);
    }
    expect((await app.as(stranger).get(`/api/sessions/${sessionId}/container/status`)).status).toBe(404);
    expect((await app.as(stranger).get(`/api/sessions/${sessionId}/container/logs`)).status).toBe(404);
    expect((await app.as(stranger).delete(`/api/sessions/${sessionId}/container`)).status).toBe(404);
    expect(provider.starts).toEqual([]);
  });

  it('says of a start that the server does not have its provider any more', async () => {
    await using setup = await setUp();
    const { app, user, sessionId } = setup;
    await app
      .get(WriteQueue)
      .run((manager) => manager.update(SessionEntity, { id: sessionId }, { provider: 'docker' }));
    await app.as(user).post(`/api/sessions/${sessionId}/container/start`);
    const shown = async (): Promise<ContainerResponse> =>
      (await app.as(user).get(`/api/sessions/${sessionId}/container/status`)).body as ContainerResponse;
    await waitFor(async () => (await shown()).status === 'error');
    expect((await shown()).reason).toContain('no provider named docker');
  });

  it('names the default provider', async () => {
    await using setup = await setUp();
    expect(await setup.app.get(ContainerProvidersService).list({ role: 'admin' })).toMatchObject([
      { name: 'manual', isDefault: true },
    ]);
    await expect(
      setup.app.get(ContainerProvidersService).choose({ role: 'admin' }, { provider: 'dokploy' }),
    ).rejects.toMatchObject({
      code: 'container.provider_unknown',
    });
  });
});

describe('a provider without isolation', () => {
  it('is for administrators where sessions are isolated by default', async () => {
    const providers = [new FakeContainerProvider('docker'), new FakeContainerProvider('process')];
    await using app = await createTestApp({
      imports: [ContainersModule],
      override: (builder) =>
        builder
          .overrideProvider(ContainerProviderRegistry)
          .useValue(new ContainerProviderRegistry(providers, 'docker')),
    });
    const user = await app.addUser();
    const create = (who: TestUser) => app.as(who).post('/api/sessions', { provider: 'process' });

    expect(await create(user)).toMatchObject({
      status: 403,
      body: { error: { code: 'container.provider_forbidden' } },
    });
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
    const { body } = await app.as(user).get('/api/sessions/options');
    expect(body.providers).toContainEqual(expect.objectContaining({ name: 'process', isAvailable: false }));
    expect((await create(await app.addAdmin())).status).toBe(201);
  });
});
