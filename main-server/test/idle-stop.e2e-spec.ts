import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { WebSocket } from 'ws';
import { HistoryService } from '../src/modules/history/history.service.ts';
import { ContainerSleeps } from '../src/modules/containers/container-sleeps.ts';
import { sessionEvents, type SessionUsed } from '../src/modules/session-state/session.events.ts';
import { WriteQueue } from '../src/database/write-queue.ts';
import { createTestApp } from './support/create-test-app.ts';
import { DevServer } from './support/dev-server.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitForStatus } from './support/session-process.ts';
import { enterPreview } from './support/preview-page.ts';
import { ask, SessionPage } from './support/session-page.ts';
import { ShiftedClock } from './support/shifted-clock.ts';
import { ShownTerminal } from './support/shown-terminal.ts';
import { waitFor } from './support/wait-for.ts';

const minuteMs = 60_000;

async function setUp(minutes = '30') {
  return FakeWorld.create({ env: { CONTAINER_IDLE_STOP_MINUTES: minutes } });
}

function look(world: FakeWorld): Promise<void> {
  return world.app.get(ContainerSleeps).look();
}

async function expectAwake(world: FakeWorld, id: string): Promise<void> {
  await look(world);
  expect(await world.status(id)).toMatchObject({ status: 'running' });
}

async function expectAsleep(world: FakeWorld, id: string): Promise<void> {
  await look(world);
  await world.settled(id, 'stopped');
  expect(world.provider.containers.get(id)?.state.state).toBe('stopped');
}

describe('a session that nobody uses', () => {
  it('is stopped after the time that is configured, and says why', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    world.clock.shift(29 * minuteMs);
    await expectAwake(world, id);
    world.clock.shift(2 * minuteMs);
    await expectAsleep(world, id);
    expect((await world.session(id)).reason).toBe(
      'Stopped after 30 minutes in which nobody used it. A prompt starts it again.',
    );
    expect(world.provider.hasData(id)).toBe(true);
    const audit = await world.app.query(
      `SELECT actor_kind, action FROM audit_events WHERE action = 'container.stopped'`,
    );
    expect(audit).toEqual([{ actor_kind: 'system', action: 'container.stopped' }]);
  });

  it('runs again for a prompt, on the same data', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    world.clock.shift(31 * minuteMs);
    await expectAsleep(world, id);
    world.disconnect(id);
    await world.prompt(id, 'go on');
    await waitFor(() => world.provider.starts.length === 2);
    await world.connectStarted(id);
    expect(world.provider.starts).toHaveLength(2);
    expect(world.provider.containers.get(id)?.lines[0]).toMatch(/^run 2/);
    expect((await world.session(id)).reason).toBeNull();
  });

  it('is left running where it never stops', async () => {
    await using world = await setUp('0');
    const id = await world.addRunning();
    world.clock.shift(6 * 60 * minuteMs);
    await expectAwake(world, id);
  });

  it('is left running when its user wants that, until they do not', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    const set = (isKeptRunning: boolean) =>
      world.app.as(world.user).patch(`/api/sessions/${id}`, { isKeptRunning });
    expect(await set(true)).toMatchObject({ status: 200, body: { isKeptRunning: true } });
    world.clock.shift(31 * minuteMs);
    await expectAwake(world, id);
    expect(await set(false)).toMatchObject({ status: 200, body: { isKeptRunning: false } });
    await expectAsleep(world, id);
  });

  it('is not woken, nor kept awake, by looking at it', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    const poll = async (): Promise<void> => {
      const as = world.app.as(world.user);
      for (const rest of [
        '',
        '/container/status',
        '/container/logs',
        '/container/stats',
        '/messages',
        '/prompts',
        '/agent-requests',
      ]) {
        await as.get(`/api/sessions/${id}${rest}`);
      }
      await as.get('/api/sessions');
      await as.post(`/api/sessions/${id}/ws-ticket`, {});
    };
    for (let minutes = 0; minutes < 31; minutes += 10) {
      world.clock.shift(10 * minuteMs);
      await poll();
    }
    await expectAsleep(world, id);
    world.disconnect(id);
    await poll();
    await look(world);
    await world.settled(id, 'stopped');
    expect(world.provider.starts).toHaveLength(1);
  });

  it('counts as used when the front door tells that somebody uses its container', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    const used: SessionUsed = { sessionId: id };
    world.clock.shift(29 * minuteMs);
    world.app.get(EventEmitter2).emit(sessionEvents.used, used);
    world.clock.shift(29 * minuteMs);
    await expectAwake(world, id);
    world.clock.shift(2 * minuteMs);
    await expectAsleep(world, id);
  });

  it('is not stopped in the middle of a turn, nor while a prompt or a question waits', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    const set = (columns: string) =>
      world.app
        .get(WriteQueue)
        .run((manager) => manager.query(`UPDATE sessions SET ${columns} WHERE id = ?`, [id]));
    world.clock.shift(31 * minuteMs);
    await set(`running_turn_id = 'turn'`);
    await expectAwake(world, id);
    await set('running_turn_id = NULL, pending_requests = 1');
    await expectAwake(world, id);
    await set('pending_requests = 0');
    await world.prompt(id, 'delivered, and not begun yet');
    world.clock.shift(31 * minuteMs);
    await expectAwake(world, id);
    const [prompt] = await world.app.query<{ status: string }>('SELECT status FROM prompts');
    expect(prompt?.status).toBe('delivered');
  });

  it('gets a prompt that comes while it is being stopped after it is started again', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    world.clock.shift(31 * minuteMs);
    let letGo = (): void => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    const stop = world.provider.stop.bind(world.provider);
    world.provider.stop = async (ref) => {
      await released;
      await stop(ref);
    };
    await look(world);
    await waitFor(async () => (await world.status(id)).status === 'stopping');
    await world.prompt(id, 'just now');
    await world.app.get(HistoryService).settled(id);
    expect(await world.app.query('SELECT status FROM prompts')).toEqual([{ status: 'queued' }]);
    world.disconnect(id);
    letGo();
    await waitFor(() => world.provider.starts.length === 2);
    await world.connectStarted(id);
    await waitFor(async () => {
      const [prompt] = await world.app.query<{ status: string }>('SELECT status FROM prompts');
      return prompt?.status === 'delivered';
    });
    expect(world.provider.starts).toHaveLength(2);
  });

  it('is not woken by what waits when its user had stopped it', async () => {
    await using world = await setUp();
    const id = await world.addRunning();
    await world.prompt(id, 'for later');
    world.disconnect(id);
    await world.command(id, 'stop');
    await look(world);
    await world.settled(id, 'stopped');
    expect(world.provider.starts).toHaveLength(1);
  });
});

describe('a session with an open terminal', () => {
  it('runs while somebody types or something is printed, and is stopped once neither is', async () => {
    const clock = new ShiftedClock();
    const env = { CONTAINER_IDLE_STOP_MINUTES: '30' };
    await using app = await createTestApp({ provider: 'process', env, clock });
    const user = await app.addUser();
    const page = await SessionPage.open(app, user);
    await waitForStatus(app, user, page.id, 'running');
    const isRunning = async (): Promise<boolean> => {
      await app.get(ContainerSleeps).look();
      const { body } = await app.as(user).get(`/api/sessions/${page.id}/container/status`);
      return body.status === 'running';
    };
    const terminal = await ShownTerminal.open(app, page);
    // `read` finds nothing when it is quicker than the last writer's close.
    terminal.type('mkfifo go; echo made-$((1+1)); while :; do read -r line <go && printf "$line"; done\r');
    await terminal.see('made-2');

    clock.shift(29 * minuteMs);
    terminal.type('k');
    await terminal.see('k');
    clock.shift(29 * minuteMs);
    expect(await isRunning()).toBe(true);

    // As little as can be printed: a program that shows its progress by dots.
    await writeFile(path.join(app.folder, 'workspaces', page.id, 'workspace', 'go'), '#\n');
    await terminal.see('#');
    clock.shift(29 * minuteMs);
    expect(await isRunning()).toBe(true);

    terminal.socket.ping();
    await once(terminal.socket, 'pong');
    clock.shift(2 * minuteMs);
    expect(terminal.socket.readyState).toBe(WebSocket.OPEN);
    await app.get(ContainerSleeps).look();
    await waitForStatus(app, user, page.id, 'stopped');
    const { body } = await app.as(user).get(`/api/sessions/${page.id}`);
    expect(body.reason).toBe('Stopped after 30 minutes in which nobody used it. A prompt starts it again.');
  });
});

describe('a session with a dev server', () => {
  it('runs while requests come through its preview, and is stopped once it is only looked at', async () => {
    const clock = new ShiftedClock();
    const env = { CONTAINER_IDLE_STOP_MINUTES: '30' };
    await using app = await createTestApp({ provider: 'process', env, clock });
    const user = await app.addUser();
    const page = await SessionPage.open(app, user);
    await waitForStatus(app, user, page.id, 'running');
    // Sessions of this provider listen on the machine's own loopback.
    const dev = await new DevServer().start();
    try {
      const preview = await enterPreview(app, page, dev.port);
      const request = async (): Promise<number> => {
        const headers = { cookie: preview.cookie, 'sec-fetch-site': 'same-origin' };
        return (await ask(app, preview.host, { path: '/api/data', headers })).status;
      };
      const poll = async (): Promise<void> => {
        for (const rest of [
          '',
          `/${page.id}`,
          `/${page.id}/container/status`,
          `/${page.id}/container/logs`,
        ]) {
          expect((await app.as(user).get(`/api/sessions${rest}`)).status).toBe(200);
        }
      };
      const isRunning = async (): Promise<boolean> => {
        await app.get(ContainerSleeps).look();
        const { body } = await app.as(user).get(`/api/sessions/${page.id}/container/status`);
        return body.status === 'running';
      };
      for (let requests = 1; requests <= 3; requests += 1) {
        clock.shift(29 * minuteMs);
        expect(await request()).toBe(200);
        expect(dev.seen).toHaveLength(requests);
        expect(await isRunning()).toBe(true);
      }

      for (let minutes = 0; minutes < 30; minutes += 10) {
        expect(await isRunning()).toBe(true);
        clock.shift(10 * minuteMs);
        await poll();
      }
      await app.get(ContainerSleeps).look();
      await waitForStatus(app, user, page.id, 'stopped');
      const { body } = await app.as(user).get(`/api/sessions/${page.id}`);
      expect(body.reason).toBe('Stopped after 30 minutes in which nobody used it. A prompt starts it again.');
      expect(dev.seen).toHaveLength(3);
    } finally {
      await dev.stop();
    }
  });
});
