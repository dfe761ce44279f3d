import { describe, expect, it } from '@jest/globals';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import {
  FailingContainerProvider,
  FakeContainerProvider,
  type FakeContainer,
} from '../src/modules/containers/providers/fake/fake.provider.ts';
import { FakeWorld } from './support/fake-world.ts';

const minuteMs = 60_000;
const env = { CONTAINER_IDLE_STOP_MINUTES: '0' };

function look(world: FakeWorld): Promise<void> {
  return world.app.get(ContainerReconciler).reconcileAll();
}

/** A container with our label whose session no row remembers, as after the restore of an older database. */
async function leaveOrphan(world: FakeWorld): Promise<string> {
  const id = await world.addRunning();
  await world.app.get(WriteQueue).run((manager) => manager.query('DELETE FROM sessions WHERE id = ?', [id]));
  return id;
}

describe('a container of ours without a session', () => {
  it('is removed once it was seen like that for the whole grace, and its data kept', async () => {
    await using world = await FakeWorld.create({ env });
    const id = await leaveOrphan(world);
    await look(world);
    world.clock.shift(9 * minuteMs);
    await look(world);
    expect(world.provider.containers.has(id)).toBe(true);
    world.clock.shift(2 * minuteMs);
    await look(world);
    expect(world.provider.containers.has(id)).toBe(false);
    expect(world.provider.hasData(id)).toBe(true);
  });

  it('is only reported where that is configured', async () => {
    await using world = await FakeWorld.create({ env: { ...env, CONTAINER_ORPHANS: 'report' } });
    const id = await leaveOrphan(world);
    await look(world);
    world.clock.shift(60 * minuteMs);
    await look(world);
    expect(world.provider.containers.get(id)?.state.state).toBe('running');
  });

  it('is left alone while the backend is in trouble', async () => {
    const provider = new FailingContainerProvider('docker');
    provider.heal();
    await using world = await FakeWorld.create({ env, provider });
    const id = await leaveOrphan(world);
    await look(world);
    world.clock.shift(60 * minuteMs);
    provider.check = () => Promise.resolve({ isAvailable: false, note: 'It is starting.' });
    await look(world);
    provider.failWith(new ContainerProviderError('unreachable', 'The engine does not answer.'));
    await look(world);
    expect(provider.containers.has(id)).toBe(true);
  });

  it('leaves the containers of sessions alone', async () => {
    await using world = await FakeWorld.create({ env });
    const running = await world.addRunning();
    const stopped = await world.addRunning();
    await world.command(stopped, 'stop');
    for (let time = 0; time < 3; time += 1) {
      await look(world);
      world.clock.shift(20 * minuteMs);
    }
    expect([...world.provider.containers.keys()]).toEqual([running, stopped]);
    expect(await world.status(running)).toMatchObject({ status: 'running' });
  });
});

describe('two installations on one engine', () => {
  it('leave each other and what is foreign alone, whatever one of them forgets', async () => {
    const engine = new Map<string, FakeContainer>();
    await using one = await FakeWorld.create({
      env,
      provider: new FakeContainerProvider('docker', engine, 'one'),
    });
    await using two = await FakeWorld.create({
      env,
      provider: new FakeContainerProvider('docker', engine, 'two'),
    });
    const ofOne = await one.addRunning();
    const ofTwo = await two.addRunning();
    const forgotten = await leaveOrphan(one);
    const some = engine.get(ofOne);
    if (!some) throw new Error('no container');
    engine.set('foreign', { ...some, instance: null });
    for (let time = 0; time < 3; time += 1) {
      for (const world of [one, two]) {
        await look(world);
        world.clock.shift(20 * minuteMs);
      }
    }
    expect([...engine.keys()].sort()).toEqual([ofOne, ofTwo, 'foreign'].sort());
    expect(engine.has(forgotten)).toBe(false);
    expect([...engine.values()].every(({ state }) => state.state === 'running')).toBe(true);
    await two.command(ofTwo, 'stop');
    expect(engine.get(ofOne)?.state.state).toBe('running');
  });
});
