import { EventEmitter2 } from '@nestjs/event-emitter';
import { describe, expect, it } from '@jest/globals';
import type { PreparationStep } from '@codex-webapp/contracts';
import { linkEvents } from '../src/modules/link/link.events.ts';
import { LinkRegistry } from '../src/modules/link/link-registry.ts';
import { FakeWorld } from './support/fake-world.ts';
import { overRestart } from './support/over-restart.ts';
import { waitFor } from './support/wait-for.ts';

/** Of the first server; the next one has more room. */
const oneRunning = { SESSIONS_RUNNING_MAX: '1' };

/** One that runs, and whose container has told so of the first attempt at its setup script. */
async function addPreparing(world: FakeWorld, state: PreparationStep['state']): Promise<string> {
  const { id } = await world.app.addSession(world.user, { setupScript: 'npm ci' });
  await world.connectStarted(id);
  const step: PreparationStep = { name: 'script', state, detail: null, percent: null, tookMs: null };
  const report = { attempt: 1, steps: [step], reason: state === 'failed' ? 'no' : null, tail: '' };
  const link = world.app.get(LinkRegistry).get(id)!;
  await world.app.get(EventEmitter2).emitAsync(linkEvents.preparationReported, { link, report });
  return id;
}

/** A stopped session whose preparation failed and is tried again, while another session takes the only room. */
async function retryWithoutRoom(world: FakeWorld): Promise<string> {
  const id = await addPreparing(world, 'failed');
  await world.command(id, 'stop');
  world.disconnect(id);
  await world.addRunning();
  const retried = await world.app.as(world.user).post(`/api/sessions/${id}/preparation/retry`, {});
  expect(retried).toMatchObject({ status: 200, body: { status: 'waiting', attempt: 2 } });
  await waitFor(async () => (await world.session(id)).reason?.startsWith('Waits for room: ') === true);
  return id;
}

describe('a container that dies while it prepares its workspace', () => {
  it('is started again, although no prompt waits for it', async () => {
    await using world = await FakeWorld.create();
    const id = await addPreparing(world, 'running');
    world.provider.end(id, 137);
    world.disconnect(id);
    await waitFor(() => world.provider.starts.length === 2);
    await world.connectStarted(id);
  });

  it('sleeps on when its user stopped it', async () => {
    await using world = await FakeWorld.create();
    const id = await addPreparing(world, 'running');
    await world.command(id, 'stop');
    world.disconnect(id);
    await world.addRunning();
    expect(world.provider.starts).toHaveLength(2);
    await world.settled(id, 'stopped');
  });
});

describe('a preparation that is tried again', () => {
  it('waits for room', async () => {
    await using world = await FakeWorld.create({ env: oneRunning });
    const waiting = await retryWithoutRoom(world);
    for (const { sessionId } of world.app.get(LinkRegistry).list()) await world.command(sessionId, 'stop');
    await world.connectStarted(waiting);
  });

  it('waits over a restart of the server', () =>
    overRestart(
      retryWithoutRoom,
      async (next, waiting) => void (await next.connectStarted(waiting)),
      oneRunning,
    ));

  it('waits no more once its session is stopped, also over a restart', () =>
    overRestart(
      async (world) => {
        const waiting = await retryWithoutRoom(world);
        await world.command(waiting, 'stop');
        return waiting;
      },
      async (next, waiting) => {
        const starts = next.provider.starts.length;
        // What is started beside it is started after it would have been.
        await next.addRunning();
        expect(next.provider.starts).toHaveLength(starts + 1);
        await next.settled(waiting, 'stopped');
      },
      oneRunning,
    ));
});

describe('a preparation that is left out', () => {
  it('wakes its session for the prompt that waits, also one that its user had stopped', async () => {
    await using world = await FakeWorld.create();
    const id = await addPreparing(world, 'failed');
    await world.prompt(id, 'for later');
    world.disconnect(id);
    await world.command(id, 'stop');
    await world.settled(id, 'stopped');
    const skipped = await world.app.as(world.user).post(`/api/sessions/${id}/preparation/skip`, {});
    expect(skipped).toMatchObject({ status: 200, body: { status: 'skipped' } });
    await world.connectStarted(id);
  });
});
