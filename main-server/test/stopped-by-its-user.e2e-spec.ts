import { describe, expect, it, jest } from '@jest/globals';
import { systemActor } from '../src/modules/audit/actor.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainerStarts } from '../src/modules/containers/container-starts.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import { PromptsService } from '../src/modules/prompts/prompts.service.ts';
import { FakeWorld } from './support/fake-world.ts';
import { overRestart } from './support/over-restart.ts';
import { waitFor } from './support/wait-for.ts';

/** One that was stopped while a prompt was on its way to its container and another one waited. */
async function addStopped(world: FakeWorld): Promise<string> {
  const id = await world.addRunning();
  await world.prompt(id, 'on its way');
  await world.prompt(id, 'for later');
  world.disconnect(id);
  await world.command(id, 'stop');
  await world.settled(id, 'stopped');
  return id;
}

async function textsOf(world: FakeWorld): Promise<readonly string[]> {
  const rows = await world.app.query<{ text: string }>('SELECT text FROM prompts ORDER BY place');
  return rows.map(({ text }) => text);
}

describe('a session that its user stopped while a prompt waited', () => {
  it('sleeps on, whatever looks for work, also in the next server', () =>
    overRestart(addStopped, async (next, id) => {
      await next.app.get(ContainerReconciler).reconcileAll();
      // What is started beside it is started after it would have been.
      await next.addRunning();
      await next.settled(id, 'stopped');
      expect(next.provider.starts).toHaveLength(2);
      expect(await textsOf(next)).toEqual(['on its way', 'for later']);
    }));

  it('sleeps on also where a wake was on its way when it was stopped', async () => {
    await using world = await FakeWorld.create();
    const id = await addStopped(world);
    const session = await world.app.get(SessionStateService).find(id);
    await world.app.get(ContainerStarts).wake(session!, { givesWay: false });
    expect((await world.status(id)).status).toBe('stopped');
    expect(world.provider.starts).toHaveLength(1);
  });

  it('is woken by the next prompt, with what had waited before it', async () => {
    await using world = await FakeWorld.create();
    const id = await addStopped(world);
    await world.prompt(id, 'now');
    await world.connectStarted(id);
    expect(await textsOf(world)).toEqual(['on its way', 'for later', 'now']);
  });

  it('is woken in the next server by a prompt that this one had no time for', () =>
    overRestart(
      async (world) => {
        const id = await addStopped(world);
        // Nobody hears that it waits, as when this process is killed right after the commit.
        jest.spyOn(world.app.get(ContainerStarts), 'wake').mockRejectedValue(new Error('Killed'));
        await world.prompt(id, 'now');
        return id;
      },
      async (next, id) => void (await next.connectStarted(id)),
    ));

  it('is woken by a prompt that comes while it is still being stopped', async () => {
    await using world = await FakeWorld.create();
    const id = await world.addRunning();
    let letGo = (): void => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    const stop = world.provider.stop.bind(world.provider);
    world.provider.stop = async (ref) => {
      await released;
      await stop(ref);
    };
    const stopped = world.command(id, 'stop');
    await waitFor(async () => (await world.status(id)).status === 'stopping');
    await world.prompt(id, 'just now');
    world.disconnect(id);
    letGo();
    expect((await stopped).status).toBe(200);
    await world.connectStarted(id);
    expect(world.provider.starts).toHaveLength(2);
  });

  it('is woken by a prompt that is sent now', () =>
    isWokenBy(async (world, id, waiting) => {
      const path = `/api/sessions/${id}/prompts/${waiting}/send-now`;
      expect((await world.app.as(world.user).post(path)).status).toBe(200);
    }));

  it('is woken by its queue being told to go on', () =>
    isWokenBy((world, id) => world.app.get(PromptsService).resume(systemActor, { id })));
});

async function isWokenBy(
  ask: (world: FakeWorld, id: string, waiting: string) => Promise<void>,
): Promise<void> {
  await using world = await FakeWorld.create();
  const id = await addStopped(world);
  const [waiting] = await world.app.query<{ id: string }>(`SELECT id FROM prompts WHERE status = 'queued'`);
  await ask(world, id, waiting!.id);
  await world.connectStarted(id);
  expect(world.provider.starts).toHaveLength(2);
}
