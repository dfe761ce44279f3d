import { describe, expect, it } from '@jest/globals';
import type { ContainerResponse } from '@codex-webapp/contracts';
import {
  FakeContainerProvider,
  SlowContainerProvider,
} from '../src/modules/containers/providers/fake/fake.provider.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitFor } from './support/wait-for.ts';

const minuteMs = 60_000;

describe('starts at once', () => {
  it('are as many as allowed; the others wait and show their place', async () => {
    const provider = new SlowContainerProvider('docker');
    await using world = await FakeWorld.create({ provider, env: { CONTAINER_STARTS_AT_ONCE: '2' } });
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) ids.push((await world.app.addSession(world.user)).id);
    const step = async (id: string | undefined): Promise<ContainerResponse['steps'][number] | undefined> =>
      (await world.status(id ?? '')).steps[0];
    await waitFor(async () => (await step(ids[1]))?.detail === 'Step 1/9 : FROM node');
    expect(await step(ids[0])).toMatchObject({ name: 'image', state: 'running' });
    expect(await step(ids[2])).toMatchObject({
      name: 'queue',
      state: 'running',
      detail: 'Place 1 of 2 that wait',
    });
    expect(await step(ids[3])).toMatchObject({ name: 'queue', detail: 'Place 2 of 2 that wait' });

    await world.command(ids[2] ?? '', 'stop');
    expect(await step(ids[3])).toMatchObject({ name: 'queue', detail: 'Place 1 of 1 that wait' });

    provider.letGo();
    for (const index of [0, 1, 3]) await world.connectStarted(ids[index] ?? '');
    const { steps } = await world.status(ids[3] ?? '');
    expect(steps.map(({ name, state }) => [name, state])).toEqual(
      ['queue', 'image', 'create', 'start', 'connect'].map((name) => [name, 'done']),
    );
    expect(provider.containers.has(ids[2] ?? '')).toBe(false);
  });
});

describe('a limit on running sessions', () => {
  it('is kept by stopping the one that was idle for longest, which a prompt starts again', async () => {
    await using world = await FakeWorld.create({ env: { SESSIONS_RUNNING_MAX: '2' } });
    const oldest = await world.addRunning();
    world.clock.shift(5 * minuteMs);
    const newer = await world.addRunning();
    world.clock.shift(5 * minuteMs);
    const third = await world.addRunning();
    await world.settled(oldest, 'stopped');
    expect(await world.status(newer)).toMatchObject({ status: 'running' });
    expect((await world.session(oldest)).reason).toBe(
      'Stopped to make room for another session. A prompt starts it again.',
    );
    world.disconnect(oldest);
    world.clock.shift(5 * minuteMs);
    await world.prompt(oldest, 'go on');
    await world.connectStarted(oldest);
    await world.settled(newer, 'stopped');
    expect(await world.status(third)).toMatchObject({ status: 'running' });
  });

  it('answers 429 and what to do when all were used just now, and leaves nothing behind', async () => {
    await using world = await FakeWorld.create({ env: { SESSIONS_RUNNING_MAX: '1' } });
    const id = await world.addRunning();
    const refused = await world.app.as(world.user).post('/api/sessions', {});
    expect(refused).toMatchObject({
      status: 429,
      body: {
        error: { code: 'container.limit_reached', message: expect.stringContaining('Stop one of yours') },
      },
    });
    expect(await world.app.query('SELECT id FROM sessions')).toEqual([{ id }]);
    await world.command(id, 'stop');
    await world.addRunning();
    expect(await world.command(id, 'start')).toMatchObject({ status: 429 });
    expect(await world.status(id)).toMatchObject({ status: 'stopped' });
  });

  it('counts the sessions of one user, and spares those of others', async () => {
    await using world = await FakeWorld.create({ env: { SESSIONS_RUNNING_PER_USER: '1' } });
    const other = await world.app.addUser();
    const theirs = await world.addRunning(other);
    world.clock.shift(5 * minuteMs);
    const mine = await world.addRunning();
    expect(await world.app.as(world.user).post('/api/sessions', {})).toMatchObject({
      status: 429,
      body: { error: { message: expect.stringContaining('1 of your sessions run') } },
    });
    world.clock.shift(5 * minuteMs);
    await world.addRunning();
    await world.settled(mine, 'stopped');
    const [row] = await world.app.query<{ status: string }>(
      'SELECT status FROM containers WHERE session_id = ?',
      [theirs],
    );
    expect(row?.status).toBe('running');
  });

  it('lets a prompt wait for room, says so, and starts its session when there is some', async () => {
    await using world = await FakeWorld.create({ env: { SESSIONS_RUNNING_MAX: '1' } });
    const first = await world.addRunning();
    await world.command(first, 'stop');
    world.disconnect(first);
    const second = await world.addRunning();
    await world.prompt(first, 'when there is room');
    await waitFor(async () => (await world.session(first)).reason?.startsWith('Waits for room: ') === true);
    expect(await world.status(first)).toMatchObject({ status: 'stopped' });
    await world.command(second, 'stop');
    await world.connectStarted(first);
    expect((await world.session(first)).reason).toBeNull();
  });

  it('is never exceeded by starts that come at the same time', async () => {
    await using world = await FakeWorld.create({
      env: { SESSIONS_RUNNING_MAX: '3', CONTAINER_STARTS_AT_ONCE: '10' },
    });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.app.as(world.user).post('/api/sessions', {})),
    );
    const [counted] = await world.app.query<{ running: number }>(
      `SELECT count(*) AS running FROM containers WHERE desired = 'running'`,
    );
    expect(counted?.running).toBe(3);
    const count = (wanted: number): number => answers.filter(({ status }) => status === wanted).length;
    expect([count(201), count(429)]).toEqual([3, 5]);
    const left = await world.app.query('SELECT id FROM sessions WHERE deleting_at IS NULL');
    expect(left).toHaveLength(3);
  });
});

describe('a limit on sessions', () => {
  it('is answered with 429 and what to do, for one user and for all', async () => {
    const provider = new FakeContainerProvider();
    await using world = await FakeWorld.create({
      provider,
      env: { SESSIONS_PER_USER: '1', SESSIONS_MAX: '2' },
    });
    const { app, user } = world;
    const { id } = await app.addSession(user);
    expect(await app.as(user).post('/api/sessions', {})).toMatchObject({
      status: 429,
      body: {
        error: { code: 'session.limit_reached', message: expect.stringContaining('Delete one first') },
      },
    });
    await app.addSession(await app.addUser());
    expect(await app.as(await app.addUser()).post('/api/sessions', {})).toMatchObject({
      status: 429,
      body: { error: { message: expect.stringContaining('This server has 2 sessions') } },
    });
    await app.as(user).delete(`/api/sessions/${id}`);
    expect((await app.as(user).post('/api/sessions', {})).status).toBe(201);
  });
});
