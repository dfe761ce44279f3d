import { describe, expect, it } from '@jest/globals';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import { FailingContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import { endsMax, restartPausesMs } from '../src/modules/containers/restart-pauses.ts';
import { FakeWorld } from './support/fake-world.ts';
import { waitFor } from './support/wait-for.ts';

describe('a container that is killed again and again before its prompt begins', () => {
  it('is started after growing pauses, and finally called failed, with what to do', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    await world.prompt(id, 'never begins');
    for (const [index, pauseMs] of restartPausesMs.entries()) {
      world.disconnect(id);
      world.provider.end(id, 137);
      if (pauseMs > 0) {
        await world.settled(id, 'stopped');
        expect((await world.session(id)).reason).toContain(`ended ${index + 1} times in a row`);
        // The wake has been asked for, and waits for its time.
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(world.provider.starts).toHaveLength(index + 1);
        world.clock.shift(pauseMs);
      }
      await waitFor(() => world.provider.starts.length === index + 2);
      await world.connectStarted(id);
    }
    world.disconnect(id);
    world.provider.end(id, 137);
    await world.settled(id, 'error');
    const { reason, status } = await world.session(id);
    expect(status).toBe('failed');
    expect(reason).toContain(`It ended ${endsMax} times in a row and is not started again by itself.`);
    world.clock.shift(60 * 60_000);
    await world.app.get(ContainerReconciler).reconcileAll();
    expect(world.provider.starts).toHaveLength(endsMax);
    expect(await world.app.query('SELECT status FROM prompts')).toEqual([{ status: 'delivered' }]);

    expect((await world.command(id, 'start')).status).toBe(200);
    await world.connectStarted(id);
    world.disconnect(id);
    world.provider.end(id, 137);
    // Somebody has looked: the counting begins anew, and the first end is followed by a start at once.
    await waitFor(() => world.provider.starts.length === endsMax + 2);
  });
});

describe('an engine that goes away', () => {
  it('leaves what is stored readable and nothing deleted, and is found again', async () => {
    const provider = new FailingContainerProvider('docker');
    provider.heal();
    await using world = await FakeWorld.create({ provider });
    const id = await world.addRunning();
    const { generation } = await world.status(id);
    world.disconnect(id);
    provider.failWith(new ContainerProviderError('unreachable', 'The engine does not answer.'));
    for (let look = 0; look < 3; look += 1) {
      await world.app.get(ContainerReconciler).reconcileAll();
      world.clock.shift(30_000);
    }
    expect(await world.status(id)).toMatchObject({
      status: 'unknown',
      generation,
      reason: 'The engine does not answer.',
    });
    const as = world.app.as(world.user);
    for (const rest of ['', '/messages', '/prompts']) {
      expect((await as.get(`/api/sessions/${id}${rest}`)).status).toBe(200);
    }
    expect((await as.get('/api/sessions')).body.sessions).toHaveLength(1);
    expect(await as.get(`/api/sessions/${id}/container/logs`)).toMatchObject({ status: expect.any(Number) });
    expect(provider.containers.get(id)?.state.state).toBe('running');

    provider.heal();
    // While it is away it is asked every few seconds, without anybody pressing anything.
    world.clock.shift(5_000);
    await world.settled(id, 'running');
    expect(await world.status(id)).toMatchObject({ status: 'running', generation, reason: null });
    expect(provider.starts).toHaveLength(1);
  });

  it('is waited for by a prompt: its session starts when the engine is back', async () => {
    const provider = new FailingContainerProvider('docker');
    await using world = await FakeWorld.create({ provider });
    const { id } = await world.app.addSession(world.user);
    await world.prompt(id, 'as soon as you can');
    await waitFor(async () => (await world.status(id)).reason?.includes('what waits for it') === true);
    provider.heal();
    world.clock.shift(restartPausesMs[1] ?? 0);
    await world.connectStarted(id);
  });
});
