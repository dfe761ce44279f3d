import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ListFrame, SessionResponse } from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainerSleeps } from '../src/modules/containers/container-sleeps.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import {
  FailingContainerProvider,
  FakeContainerProvider,
  SlowContainerProvider,
} from '../src/modules/containers/providers/fake/fake.provider.ts';
import { PoolKeeper } from '../src/modules/sessions/pool/pool-keeper.ts';
import { pooledMaxMs } from '../src/modules/sessions/pool/plan-pool.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import { TestClient } from './support/test-client.ts';
import { FakeWorld } from './support/fake-world.ts';
import { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

const minuteMs = 60_000;
const deadlineMs = 20_000;

interface PoolOptions {
  readonly size?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly provider?: FakeContainerProvider;
  readonly folder?: string;
}

class PoolWorld implements AsyncDisposable {
  /** For what a test holds back. */
  letGo: () => void = () => undefined;

  private constructor(readonly fake: FakeWorld) {}

  static async create({
    size = 1,
    env = {},
    provider = new FakeContainerProvider(),
    folder,
  }: PoolOptions = {}): Promise<PoolWorld> {
    provider.image ??= { name: 'sessions', id: '1' };
    return new PoolWorld(
      await FakeWorld.create({
        env: { CONTAINER_POOL_SIZE: String(size), ...env },
        provider,
        ...(folder === undefined ? {} : { folder }),
      }),
    );
  }

  /** With as many that wait as shall. */
  static async filled(options: PoolOptions = {}): Promise<PoolWorld> {
    const world = await PoolWorld.create(options);
    await world.fill(options.size ?? 1);
    return world;
  }

  get app(): FakeWorld['app'] {
    return this.fake.app;
  }

  get provider(): FakeContainerProvider {
    return this.fake.provider;
  }

  /** What its container does is done for each that is made. Resolves when so many wait. */
  async fill(count: number): Promise<readonly string[]> {
    await waitFor(async () => {
      for (const id of await this.waiting()) {
        const container = this.provider.containers.get(id);
        if (container?.state.state === 'running') this.fake.connect(id, container.spec.generation);
      }
      return (await this.ready()).length === count;
    }, deadlineMs);
    return this.ready();
  }

  /** Every one that nobody owns, the oldest first. */
  async waiting(): Promise<readonly string[]> {
    const rows = await this.app.query<{ id: string }>(
      'SELECT id FROM sessions WHERE owner_id IS NULL AND deleting_at IS NULL ORDER BY created_at, id',
    );
    return rows.map(({ id }) => id);
  }

  async ready(): Promise<readonly string[]> {
    const rows = await this.app.query<{ id: string }>(
      `SELECT id FROM sessions JOIN containers ON session_id = id
       WHERE owner_id IS NULL AND deleting_at IS NULL AND status = 'running' ORDER BY created_at, id`,
    );
    return rows.map(({ id }) => id);
  }

  create(request: object = {}, user = this.fake.user) {
    return this.app.as(user).post('/api/sessions', request);
  }

  tend(): Promise<void> {
    return this.app.get(PoolKeeper).tend();
  }

  /** Nothing of it is left anywhere. */
  async isGone(id: string): Promise<boolean> {
    const rows = await this.app.query('SELECT id FROM sessions WHERE id = ?', [id]);
    return rows.length === 0 && !this.provider.containers.has(id) && !this.provider.hasData(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fake[Symbol.asyncDispose]();
  }
}

describe('a new session', () => {
  it('is one that waited: same id, running at once, its owner’s from now on', async () => {
    await using world = await PoolWorld.filled();
    const [waited] = await world.ready();
    const before = world.fake.clock.now();
    world.fake.clock.shift(3 * minuteMs);
    const { status, body } = await world.create({
      title: 'Mine',
      agent: 'codex',
      permissionMode: 'ask-first',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: waited,
      title: 'Mine',
      agent: 'codex',
      permissionMode: 'ask-first',
      status: 'idle',
      containerStatus: 'running',
      provider: 'docker',
      size: 'medium',
      internet: true,
    });
    expect(Date.parse((body as SessionResponse).createdAt)).toBeGreaterThan(before + 2 * minuteMs);
    expect((body as SessionResponse).lastActivityAt).toBe((body as SessionResponse).createdAt);
    expect(await world.fake.session(String(waited))).toEqual(body);
    expect(await world.fake.status(String(waited))).toMatchObject({
      status: 'running',
      generation: 1,
      isConnected: true,
      steps: [],
    });
    expect(
      await world.app.query(`SELECT actor_id FROM audit_events WHERE action = 'session.created'`),
    ).toEqual([{ actor_id: world.fake.user.loginId }]);
    expect(world.provider.starts[0]?.environment).not.toHaveProperty('title');
  });

  it('begins its history with the claim, and is told to the pages of its owner alone', async () => {
    await using world = await PoolWorld.filled();
    const stranger = await world.app.addUser();
    const [mine, theirs] = await Promise.all([openList(world, world.fake.user), openList(world, stranger)]);
    const { body } = await world.create({ title: 'Mine' });
    const { id } = body as SessionResponse;
    await mine.wait((frame) => frame.type === 'session.changed' && frame.session.id === id);
    await mine.wait((frame) => frame.type === 'container.changed' && frame.container.status === 'running');
    expect(theirs.frames.filter(({ type }) => type !== 'hello')).toEqual([]);
    const entries = await world.app.query<{ type: string; body: string }>(
      'SELECT type, body FROM entries WHERE session_id = ? ORDER BY position',
      [id],
    );
    expect(entries.map(({ type }) => type)).toEqual(['container.changed', 'session.changed']);
    expect(JSON.parse(entries[1]?.body ?? '')).toMatchObject({ session: { title: 'Mine', id } });
    mine.ws.terminate();
    theirs.ws.terminate();
  });

  it('stops no idle session for somebody who may not have another', async () => {
    await using world = await PoolWorld.filled({
      env: { SESSIONS_PER_USER: '1', SESSIONS_RUNNING_PER_USER: '1' },
    });
    const { id } = (await world.create()).body as SessionResponse;
    await world.fill(1);
    world.fake.clock.shift(5 * minuteMs);
    const { status, body } = await world.create();
    expect([status, body.error.code]).toEqual([429, 'session.limit_reached']);
    expect(await world.fake.status(id)).toMatchObject({ status: 'running', generation: 1 });
  });

  it('takes the usual way when it shall be otherwise, and when none waits', async () => {
    await using world = await PoolWorld.filled();
    const [waited] = await world.ready();
    for (const request of [{ size: 'large' }, { size: 'small' }]) {
      const { body } = await world.create(request);
      expect(body).toMatchObject({ ...request, containerStatus: 'creating' });
      await world.fake.connectStarted((body as SessionResponse).id);
    }
    expect(await world.ready()).toEqual([waited]);
    expect((await world.create()).body).toMatchObject({ id: waited });
    const { body } = await world.create();
    expect(body).toMatchObject({ containerStatus: 'creating' });
    await world.fake.connectStarted((body as SessionResponse).id);
  });

  it('is never the same for two that come at once, and what was taken is made anew', async () => {
    await using world = await PoolWorld.filled({ size: 3, env: { CONTAINER_STARTS_AT_ONCE: '10' } });
    const waited = await world.ready();
    const other = await world.app.addUser();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_none, index) =>
        world.create({}, index % 2 === 0 ? world.fake.user : other),
      ),
    );
    const sessions = answers.map(({ body }) => body as SessionResponse);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(6);
    const claimed = sessions.filter(({ id }) => waited.includes(id));
    expect(claimed.map(({ id }) => id).sort()).toEqual([...waited].sort());
    expect(claimed.every(({ containerStatus }) => containerStatus === 'running')).toBe(true);
    for (const { id } of sessions.filter((one) => !claimed.includes(one)))
      await world.fake.connectStarted(id);
    expect(await world.fill(3)).not.toEqual(expect.arrayContaining([...waited]));
  });

  it('is made from what is configured now, never from what an older image left waiting', async () => {
    await using world = await PoolWorld.filled();
    const [waited] = await world.ready();
    world.provider.image = { name: 'sessions', id: '2' };
    await world.tend();
    expect(await world.waiting()).not.toContain(waited);
    await waitFor(() => world.isGone(String(waited)), deadlineMs);
    await world.fill(1);
  });

  it('wakes, stops and is deleted like the others', async () => {
    await using world = await PoolWorld.filled({ size: 1 });
    const { body } = await world.create();
    const { id } = body as SessionResponse;
    await world.fake.command(id, 'stop');
    await world.fake.settled(id, 'stopped');
    world.fake.disconnect(id);
    await world.fake.prompt(id, 'go on');
    expect(await world.fake.connectStarted(id)).toBeGreaterThan(1);
    expect((await world.app.as(world.fake.user).delete(`/api/sessions/${id}`)).status).toBe(204);
    await waitFor(() => world.isGone(id), deadlineMs);
  });
});

describe('what waits in the pool', () => {
  it('is seen by nobody: not listed, found, searched, counted or reached', async () => {
    await using world = await PoolWorld.filled({
      size: 2,
      env: { SESSIONS_PER_USER: '1', SESSIONS_MAX: '1' },
    });
    const { app, fake } = world;
    const admin = await app.addAdmin();
    const [id] = await world.ready();
    for (const user of [fake.user, admin]) {
      const client = app.as(user);
      expect((await client.get('/api/sessions')).body.sessions).toEqual([]);
      expect((await client.get('/api/sessions?q=new')).body.sessions).toEqual([]);
      expect((await client.get('/api/sessions?status=idle')).body.sessions).toEqual([]);
      for (const part of ['', '/container/status', '/container/logs', '/messages', '/prompts']) {
        expect((await client.get(`/api/sessions/${id}${part}`)).status).toBe(404);
      }
      expect((await client.patch(`/api/sessions/${id}`, { title: 'x' })).status).toBe(404);
      expect((await client.post(`/api/sessions/${id}/messages`, { text: 'x' })).status).toBe(404);
      expect((await client.post(`/api/sessions/${id}/ws-ticket`, { purpose: 'enter' })).status).toBe(404);
      expect((await client.delete(`/api/sessions/${id}`)).status).toBe(404);
    }
    const [row] = await app.query<{ label: string }>('SELECT label FROM sessions WHERE id = ?', [id]);
    expect(await app.get(SessionStateService).findByLabel(row?.label ?? '')).toBeNull();
    const metrics = await app.as(await app.addAdmin()).get('/metrics');
    expect(metrics.text).toContain('codex_webapp_pooled_sessions{container_status="running"} 2');
    expect(metrics.text).not.toMatch(/codex_webapp_sessions\{/);
    expect(await app.query('SELECT * FROM entries')).toEqual([]);
    // As many as one user and this server may have.
    expect((await world.create()).status).toBe(201);
    expect((await world.create()).status).toBe(429);
  });

  it('tells nothing to pages while it is made, waits and is taken away', async () => {
    await using world = await PoolWorld.create({ size: 1, env: {} });
    const list = await openList(world, world.fake.user);
    const [id] = await world.fill(1);
    world.provider.end(String(id), 137);
    await waitFor(() => world.isGone(String(id)), deadlineMs);
    await world.fill(1);
    expect(list.frames.map(({ type }) => type)).toEqual(['hello']);
    list.ws.terminate();
  });

  it('has a container without anything of a user, and a token that opens its link alone', async () => {
    await using world = await PoolWorld.filled({ env: { AGENT_ENV_GREETING: 'of the installation' } });
    const [spec] = world.provider.starts;
    expect(Object.keys(spec?.environment ?? {}).sort()).toEqual([
      'AGENT_HOME',
      'GREETING',
      'LOCAL_PAGE',
      'MAIN_APP_URL',
      'MAIN_APP_WS_URL',
      'SESSION_ID',
      'SESSION_TOKEN',
      'STATE_PATH',
      'WORKSPACE_PATH',
    ]);
    const { sessionId, environment } = spec!;
    const webhooks = new TestClient(world.app.containerUrl, {
      authorization: `Bearer ${environment['SESSION_TOKEN']}`,
    });
    const messages = () => webhooks.get(`/api/container-webhooks/${sessionId}/messages`);
    expect(await messages()).toMatchObject({ status: 404, body: { error: { code: 'session.not_found' } } });
    await world.create();
    expect((await messages()).status).toBe(200);
  });

  it('is not stopped for want of use', async () => {
    await using world = await PoolWorld.filled({ env: { CONTAINER_IDLE_STOP_MINUTES: '30' } });
    const [id] = await world.ready();
    world.fake.clock.shift(2 * 60 * minuteMs);
    await world.app.get(ContainerSleeps).look();
    expect(await world.ready()).toEqual([id]);
  });

  it('lets whoever waits for a session begin first', async () => {
    const provider = new SlowContainerProvider('docker');
    await using world = await PoolWorld.create({ size: 3, provider, env: { CONTAINER_STARTS_AT_ONCE: '2' } });
    await waitFor(async () => (await world.waiting()).length === 3, deadlineMs);
    const { body } = await world.create();
    const { id } = body as SessionResponse;
    await waitFor(async () => (await world.fake.status(id)).steps[0]?.detail === 'Step 1/9 : FROM node');
    provider.letGo();
    await world.fake.connectStarted(id);
    await world.fill(3);
  });
});

/** What keeps one from being given away, although it still waits. */
const unfit: readonly (readonly [string, (world: PoolWorld, id: string) => unknown])[] = [
  [
    'was used',
    (world, id) =>
      world.app
        .get(WriteQueue)
        .run((manager) => manager.query('UPDATE sessions SET outbox_seq = 3 WHERE id = ?', [id])),
  ],
  ['has no link now', (world, id) => world.fake.disconnect(id)],
  [
    'loses its link while it is chosen',
    (world, id) => world.app.get(Failpoints).arm('sessions.claim.listed', () => world.fake.disconnect(id)),
  ],
  [
    'is of an older image, and not taken away yet',
    async (world) => {
      world.provider.image = { name: 'sessions', id: '2' };
      const known = new Promise<void>((resolve) => {
        const disarm = world.app.get(Failpoints).arm('sessions.pool.listed', () => {
          disarm();
          resolve();
          return new Promise((goOn) => {
            world.letGo = goOn;
          });
        });
      });
      void world.tend();
      await known;
    },
  ],
];

describe('a session of the pool', () => {
  it.each(unfit)('is given to nobody when it %s', async (_what, spoil) => {
    await using world = await PoolWorld.filled();
    const [waited = ''] = await world.ready();
    await spoil(world, waited);
    const { status, body } = await world.create();
    expect([status, body.containerStatus]).toEqual([201, 'creating']);
    expect(body.id).not.toBe(waited);
    world.letGo();
  });

  it('is given to nobody who took the last one they may have a moment before', async () => {
    await using world = await PoolWorld.filled({ env: { SESSIONS_PER_USER: '1' } });
    const [waited] = await world.ready();
    const disarm = world.app.get(Failpoints).arm('sessions.create.counted', async () => {
      disarm();
      expect((await world.create({ size: 'large' })).status).toBe(201);
    });
    const { status, body } = await world.create();
    expect([status, body.error.code]).toEqual([429, 'session.limit_reached']);
    expect(await world.ready()).toEqual([waited]);
  });
});

/** What makes one that waits worthless. */
const spoils: readonly (readonly [string, (world: PoolWorld, id: string) => unknown])[] = [
  ['ended', (world: PoolWorld, id: string) => world.provider.end(id, 1)],
  ['was killed', (world: PoolWorld, id: string) => world.provider.end(id, 137)],
  [
    'is gone',
    (world: PoolWorld, id: string) => {
      world.provider.containers.delete(id);
      world.fake.disconnect(id);
    },
  ],
  [
    'has lost its link for a minute',
    async (world: PoolWorld, id: string) => {
      world.fake.disconnect(id);
      await world.tend();
      expect(await world.waiting()).toEqual([id]);
      world.fake.clock.shift(minuteMs);
    },
  ],
  ['is too old', (world: PoolWorld) => world.fake.clock.shift(pooledMaxMs)],
];

describe('the pool', () => {
  it('is off unless it is asked for', async () => {
    await using world = await PoolWorld.create({ size: 0 });
    await world.tend();
    expect(await world.waiting()).toEqual([]);
    expect(world.provider.starts).toEqual([]);
  });

  it.each(spoils)('replaces one that %s, and leaves nothing of it', async (_what, spoil) => {
    await using world = await PoolWorld.filled();
    const [id] = await world.ready();
    await spoil(world, String(id));
    await world.app.get(ContainerReconciler).reconcileAll();
    await world.tend();
    await waitFor(() => world.isGone(String(id)), deadlineMs);
    expect(await world.fill(1)).not.toContain(id);
  });

  it('tries again after a pause what fails again and again', async () => {
    const provider = new FailingContainerProvider('docker');
    provider.heal();
    await using world = await PoolWorld.create({ size: 1, provider });
    await world.fill(1);
    provider.failWith(new ContainerProviderError('rejected', 'No.'));
    const [id] = await world.ready();
    await world.create();
    await waitFor(async () => {
      await world.tend();
      return (await world.waiting()).length === 0;
    }, deadlineMs);
    const failed = world.provider.starts.length;
    provider.heal();
    await world.tend();
    expect(world.provider.starts).toHaveLength(failed);
    world.fake.clock.shift(10 * minuteMs);
    expect(await world.fill(1)).not.toContain(id);
  });

  it('counts among the sessions this server runs, and gives way to one that somebody wants', async () => {
    await using world = await PoolWorld.filled({ size: 2, env: { SESSIONS_RUNNING_MAX: '3' } });
    const waited = await world.ready();
    const first = (await world.create({ size: 'large' })).body as SessionResponse;
    await world.fake.connectStarted(first.id);
    expect(await world.ready()).toEqual(waited);
    const second = (await world.create({ size: 'large' })).body as SessionResponse;
    await world.fake.connectStarted(second.id);
    await waitFor(async () => (await world.waiting()).length === 1, deadlineMs);
    // No session that somebody has was stopped for it, and the pool takes no room from them.
    expect(await world.fake.status(first.id)).toMatchObject({ status: 'running' });
    await world.tend();
    expect(await world.waiting()).toHaveLength(1);
    expect((await world.create()).body).toMatchObject({ containerStatus: 'running' });
    expect(await world.create()).toMatchObject({ status: 429 });
    await world.fake.command(first.id, 'stop');
    await world.fake.settled(first.id, 'stopped');
    world.fake.disconnect(first.id);
    await world.fill(1);
  });

  it('does not help beyond the limit of one user', async () => {
    await using world = await PoolWorld.filled({ size: 2, env: { SESSIONS_RUNNING_PER_USER: '1' } });
    await world.create();
    const refused = await world.create();
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'container.limit_reached' } } });
    const other = await world.app.addUser();
    expect((await world.create({}, other)).body).toMatchObject({ containerStatus: 'running' });
  });
});

describe('the pool of another run', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is adopted as it is', async () => {
    const { provider, waited } = await fillAndStop(folder);
    await using world = await PoolWorld.create({ provider, folder });
    expect(await world.fill(1)).toEqual(waited);
    await world.tend();
    expect(provider.starts).toHaveLength(1);
    expect((await world.create()).body).toMatchObject({ id: waited[0], containerStatus: 'running' });
  });

  it('is taken away where there shall be none any more', async () => {
    const { provider, waited } = await fillAndStop(folder);
    await using world = await PoolWorld.create({ provider, folder, size: 0 });
    await waitFor(() => world.isGone(String(waited[0])), deadlineMs);
    expect(await world.waiting()).toEqual([]);
  });

  it('gives nobody what somebody had claimed before an older copy of the database was put back', async () => {
    const { provider, waited } = await fillAndStop(folder);
    const [id = ''] = waited;
    await copyFile(path.join(folder, 'chat.db'), `${folder}/backup`);
    {
      await using world = await PoolWorld.create({ provider, folder });
      await world.fill(1);
      expect((await world.create()).body).toMatchObject({ id });
    }
    await copyFile(`${folder}/backup`, path.join(folder, 'chat.db'));
    await using world = await PoolWorld.create({ provider, folder });
    expect(await world.waiting()).toContain(id);
    // What its container tells when it is back: that something was done in it.
    await world.app
      .get(WriteQueue)
      .run((manager) => manager.query('UPDATE sessions SET outbox_seq = 3 WHERE id = ?', [id]));
    world.fake.connect(id, 1);
    expect((await world.create()).body.id).not.toBe(id);
    await world.tend();
    expect(await world.app.query('SELECT id FROM sessions WHERE id = ?', [id])).toEqual([]);
    expect(provider.hasData(id)).toBe(true);
  });
});

async function fillAndStop(folder: string) {
  const provider = new FakeContainerProvider();
  await using world = await PoolWorld.filled({ provider, folder });
  return { provider, waited: await world.ready() };
}

/** The socket of a page with the list of sessions. */
function openList(world: PoolWorld, user: FakeWorld['user']): Promise<TestSocket<ListFrame>> {
  return world.app.addToken(user).then((token) =>
    TestSocket.open<ListFrame>(`${world.app.url.replace('http', 'ws')}/ws/events`, {
      host: world.app.host,
      authorization: `Bearer ${token}`,
    }),
  );
}
