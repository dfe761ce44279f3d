import { describe, expect, it } from '@jest/globals';
import type { ContainerStatsResponse } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import type { ContainerStats } from '../src/modules/containers/providers/container-provider.ts';
import {
  FailingContainerProvider,
  FakeContainerProvider,
} from '../src/modules/containers/providers/fake/fake.provider.ts';
import { SessionContainersService } from '../src/modules/containers/session-containers.service.ts';
import { ContainerStatsService } from '../src/modules/containers/stats/container-stats.service.ts';
import { createTestApp } from './support/create-test-app.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitFor } from './support/wait-for.ts';

const mebibyte = 1024 * 1024;

async function read(world: FakeWorld, id: string): Promise<ContainerStatsResponse> {
  const { status, body } = await world.app.as(world.user).get(`/api/sessions/${id}/container/stats`);
  expect(status).toBe(200);
  return body as ContainerStatsResponse;
}

/** The first answer in which this is so. */
async function readUntil(
  world: FakeWorld,
  id: string,
  isSo: (stats: ContainerStatsResponse) => boolean,
): Promise<ContainerStatsResponse> {
  let stats = await read(world, id);
  await waitFor(async () => isSo((stats = await read(world, id))), 15_000);
  return stats;
}

function use(world: FakeWorld, id: string, seconds: number): void {
  const container = world.provider.containers.get(id);
  if (container) container.cpuSeconds += seconds;
}

describe('what a session uses', () => {
  it('is told at once, and measured because somebody asks', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    expect(await read(world, id)).toMatchObject({
      sessionId: id,
      isRunning: true,
      unsupported: [],
      problem: null,
      limits: { cpuCores: null, memoryBytes: null, diskBytes: null },
      current: null,
      live: [],
      lastHour: [],
    });
    const first = await readUntil(world, id, ({ current }) => current !== null);
    expect(first.current).toMatchObject({ cpuCores: null, memoryBytes: mebibyte, diskBytes: mebibyte });
    use(world, id, 5);
    world.clock.shift(10_000);
    const second = await readUntil(world, id, ({ current }) => current?.cpuCores !== null);
    expect(second.current?.cpuCores).toBeGreaterThan(0.1);
    expect(second.current?.cpuCores).toBeLessThanOrEqual(0.5);
    expect(second.limits).toEqual({ cpuCores: 8, memoryBytes: 4 * mebibyte, diskBytes: null });
    expect(second.live).toHaveLength(2);
    expect(second.live.at(-1)).toEqual(second.current);
    expect(second.lastHour.at(-1)?.cpuCores).toBe(second.current?.cpuCores);
  });

  it('is kept for an hour, also when nobody looks, with one question a minute for all', async () => {
    await using world = await FakeWorld.create({ env: { CONTAINER_IDLE_STOP_MINUTES: '0' } });
    const ids = [await world.addRunning(), await world.addRunning()].sort();
    for (let minute = 0; minute < 70; minute += 1) {
      const before = world.provider.looks.length;
      world.clock.shift(60_000);
      await waitFor(() => world.provider.looks.length > before);
    }
    const minuteLooks = world.provider.looks.slice(-60);
    for (const look of minuteLooks) expect([...look].sort()).toEqual(ids);
    const { lastHour, asOf } = await read(world, ids[0] ?? '');
    expect(lastHour.length).toBeGreaterThan(55);
    expect(lastHour.length).toBeLessThanOrEqual(61);
    expect(Date.parse(asOf) - Date.parse(lastHour[0]?.at ?? '')).toBeLessThanOrEqual(60 * 60_000);
  });

  it('is asked for more often where somebody looks, and there alone', async () => {
    await using world = await FakeWorld.create();
    const [seen] = [await world.addRunning(), await world.addRunning()];
    await readUntil(world, seen, ({ current }) => current !== null);
    world.clock.shift(10_000);
    await readUntil(world, seen, ({ live }) => live.length >= 2);
    for (let second = 20; second <= 50; second += 10) {
      const before = world.provider.looks.length;
      await read(world, seen);
      world.clock.shift(10_000);
      await waitFor(() => world.provider.looks.length > before);
    }
    const alone = world.provider.looks.filter((look) => look.length === 1);
    expect(alone.length).toBeGreaterThanOrEqual(3);
    for (const look of alone) expect(look).toEqual([seen]);
    expect(world.provider.looks.length - alone.length).toBeLessThanOrEqual(2);
  });

  it('is not asked for once a watcher has gone', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    await readUntil(world, id, ({ current }) => current !== null);
    world.clock.shift(60_000);
    await waitFor(() => world.provider.looks.length >= 2);
    const before = world.provider.looks.length;
    for (let second = 0; second < 50; second += 10) {
      world.clock.shift(10_000);
      await world.status(id);
    }
    expect(world.provider.looks.length - before).toBeLessThanOrEqual(1);
  });

  it('is its files alone while it is stopped, with what was before', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    await readUntil(world, id, ({ current }) => current !== null);
    await world.command(id, 'stop');
    await world.settled(id, 'stopped');
    const stopped = await read(world, id);
    expect(stopped).toMatchObject({
      isRunning: false,
      current: { cpuCores: null, memoryBytes: null, diskBytes: mebibyte },
    });
    expect(stopped.lastHour.length).toBeGreaterThan(0);
    expect(world.provider.starts).toHaveLength(1);
  });

  it('says why nothing is known when the engine does not answer, and forgets that when it is back', async () => {
    const provider = new FailingContainerProvider();
    provider.heal();
    await using world = await FakeWorld.create({ provider });
    const id = await world.addRunning();
    await readUntil(world, id, ({ current }) => current !== null);
    provider.failWith(new ContainerProviderError('unreachable', 'The engine is away.'));
    world.clock.shift(10_000);
    const away = await readUntil(world, id, ({ problem }) => problem !== null);
    expect(away.problem).toBe('The engine is away.');
    expect(away.live.length).toBeGreaterThan(0);
    provider.heal();
    world.clock.shift(10_000);
    await readUntil(world, id, ({ problem }) => problem === null);
  });

  it('keeps nobody waiting, and is asked for once, when the engine hangs', async () => {
    const provider = new HangingContainerProvider();
    await using world = await FakeWorld.create({ provider });
    const id = await world.addRunning();
    await read(world, id);
    await waitFor(() => provider.looks.length === 1);
    for (let second = 0; second < 120; second += 10) {
      world.clock.shift(10_000);
      expect((await read(world, id)).current).toBeNull();
    }
    expect(provider.looks).toHaveLength(1);
    provider.letGo();
    await readUntil(world, id, ({ current }) => current !== null);
  });

  it.each([
    ['was stopped', (world: FakeWorld, id: string) => world.command(id, 'stop')],
    ['was deleted', (world: FakeWorld, id: string) => world.app.as(world.user).delete(`/api/sessions/${id}`)],
  ])('is nothing of one that %s while the engine was being asked', async (_what, end) => {
    const provider = new LateContainerProvider();
    await using world = await FakeWorld.create({ provider });
    const [gone, other] = [await world.addRunning(), await world.addRunning()];
    world.clock.shift(60_000);
    await waitFor(() => provider.looks.length === 1);
    expect([...(provider.looks[0] ?? [])].sort()).toEqual([gone, other].sort());
    await end(world, gone);
    await waitFor(() => provider.containers.get(gone)?.state.state !== 'running');
    await waitFor(async () => {
      const ids = await world.app.query('SELECT id FROM sessions WHERE id = ? AND deleting_at IS NOT NULL', [
        gone,
      ]);
      return ids.length === 0 && !world.app.get(SessionContainersService).isBusy(gone);
    });
    provider.letGo();
    const stats = world.app.get(ContainerStatsService);
    await waitFor(() => stats.listRunning().some(({ sessionId }) => sessionId === other));
    expect(stats.listRunning().map(({ sessionId }) => sessionId)).toEqual([other]);
  });

  it('cannot be told of a session that somebody runs by hand', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { id } = await app.addSession(user, { provider: 'manual' });
    const ask = () => app.as(user).get(`/api/sessions/${id}/container/stats`);
    await waitFor(async () => ((await ask()).body as ContainerStatsResponse).unsupported.length === 3);
    expect((await ask()).body).toMatchObject({
      unsupported: ['cpu', 'memory', 'disk'],
      current: { cpuCores: null, memoryBytes: null, diskBytes: null },
      lastHour: [],
    });
  });

  it('goes with its session', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    await readUntil(world, id, ({ current }) => current !== null);
    await world.app.as(world.user).delete(`/api/sessions/${id}`);
    const answer = await world.app.as(world.user).get(`/api/sessions/${id}/container/stats`);
    expect(answer.status).toBe(404);
  });
});

/** Answers with what was so when it was asked. */
class LateContainerProvider extends FakeContainerProvider {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  override async stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    const found = await super.stats(sessionIds);
    await this.released;
    return found;
  }

  letGo(): void {
    this.release();
  }
}

class HangingContainerProvider extends FakeContainerProvider {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  override async stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    this.looks.push(sessionIds);
    await this.released;
    return super.stats(sessionIds);
  }

  letGo(): void {
    this.release();
  }
}
