import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { MessageResponse } from '@codex-webapp/contracts';
import { HistoryService } from '../src/modules/history/history.service.ts';
import { containerEvents, type ContainerWakeable } from '../src/modules/containers/container.events.ts';
import { ContainerReconciler } from '../src/modules/containers/container-reconciler.ts';
import { ContainerSleeps } from '../src/modules/containers/container-sleeps.ts';
import { ContainerStarts } from '../src/modules/containers/container-starts.ts';
import { PromptEntity } from '../src/modules/prompts/prompt.entity.ts';
import { TurnRows } from '../src/modules/prompts/turn-rows.ts';
import { FakeWorld } from './support/fake-world.ts';
import { overRestart } from './support/over-restart.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(120_000);

const minuteMs = 60_000;

/** A session whose container runs and has begun a turn. */
async function addInTurn(world: FakeWorld): Promise<string> {
  const id = await world.addRunning();
  await world.prompt(id, 'begun');
  await world.app.get(HistoryService).append(id, async (manager, append) => {
    const prompt = await manager.findOneByOrFail(PromptEntity, { sessionId: id, status: 'delivered' });
    await world.app.get(TurnRows).begin(manager, append, prompt, 'shell');
  });
  return id;
}

function die(world: FakeWorld, id: string): void {
  world.disconnect(id);
  world.provider.end(id, 137);
}

interface TurnRow {
  readonly status: string;
  readonly is_end_reported: number;
}

function listTurns(world: FakeWorld): Promise<readonly TurnRow[]> {
  return world.app.query<TurnRow>('SELECT status, is_end_reported FROM turns');
}

async function expectLeftStopped(world: FakeWorld, id: string, status = 'stopped'): Promise<void> {
  const { length } = world.provider.starts;
  await world.app.get(ContainerReconciler).reconcileAll();
  // Another session's start comes after any that this one still had.
  await world.addRunning();
  expect(world.provider.starts).toHaveLength(length + 1);
  expect((await world.status(id)).status).toBe(status);
}

describe('a container that ended in the middle of a turn, with no prompt waiting', () => {
  it('is started again for what it has not handed over, and sleeps on once it sleeps', async () => {
    await using world = await FakeWorld.create({ env: { CONTAINER_IDLE_STOP_MINUTES: '30' } });
    const id = await addInTurn(world);
    die(world, id);
    await waitFor(() => world.provider.starts.length === 2);
    await world.connectStarted(id);
    // It has said nothing of the turn, and is not asked again.
    expect(await listTurns(world)).toEqual([{ status: 'interrupted', is_end_reported: 0 }]);
    world.clock.shift(31 * minuteMs);
    await world.app.get(ContainerSleeps).look();
    await world.settled(id, 'stopped');
    await expectLeftStopped(world, id);
  });

  it('is left as it is where it ended by a mistake, with the reason', async () => {
    await using world = await FakeWorld.create();
    const id = await addInTurn(world);
    world.disconnect(id);
    world.provider.end(id, 1);
    await world.settled(id, 'error');
    const { reason } = await world.status(id);
    await expectLeftStopped(world, id, 'error');
    expect((await world.status(id)).reason).toBe(reason);
  });

  it('takes the room that is free, and nobody gives way to it', async () => {
    await using world = await FakeWorld.create({ env: { SESSIONS_RUNNING_MAX: '1' } });
    const id = await addInTurn(world);
    jest.spyOn(world.app.get(ContainerStarts), 'wake').mockRejectedValueOnce(new Error('Killed'));
    die(world, id);
    await world.settled(id, 'stopped');
    const other = await world.addRunning();
    world.clock.shift(2 * minuteMs);
    const wakeable: ContainerWakeable = { sessionId: id };
    world.app.get(EventEmitter2).emit(containerEvents.wakeable, wakeable);
    await waitFor(async () => (await world.status(id)).reason?.startsWith('Waits for room') === true);
    expect((await world.status(other)).status).toBe('running');
    // The other one is idle for long enough to give way to a prompt.
    await world.prompt(id, 'now');
    await world.connectStarted(id);
    expect((await world.status(other)).status).toBe('stopped');
  });

  it('is started again after a pause when it ends again before it has said anything', async () => {
    await using world = await FakeWorld.create();
    const id = await addInTurn(world);
    die(world, id);
    await world.connectStarted(id);
    die(world, id);
    await world.settled(id, 'stopped');
    // The second end in a row is followed by a pause.
    expect(world.provider.starts).toHaveLength(2);
    world.clock.shift(1_000);
    await waitFor(() => world.provider.starts.length === 3);
  });

  it('is left stopped where its user stopped it', async () => {
    await using world = await FakeWorld.create();
    const id = await addInTurn(world);
    world.disconnect(id);
    await world.command(id, 'stop');
    await world.settled(id, 'stopped');
    await expectLeftStopped(world, id);
    expect(await listTurns(world)).toEqual([{ status: 'interrupted', is_end_reported: 0 }]);
  });

  it('is started by the next server when this one had no time for it', () =>
    overRestart(
      async (world) => {
        const id = await addInTurn(world);
        // Its end is noted and nothing is started, as when this process is killed right after the commit.
        jest.spyOn(world.app.get(ContainerStarts), 'wake').mockRejectedValue(new Error('Killed'));
        die(world, id);
        await world.settled(id, 'stopped');
        await waitFor(async () => (await listTurns(world))[0]?.status === 'interrupted');
        expect(world.provider.starts).toHaveLength(1);
        return id;
      },
      async (next, id) => void (await next.connectStarted(id)),
    ));
});

// A turn that ends while there is no server, and a container that is killed before there is one again.
describe('a turn that main-server and its container missed the end of', () => {
  it('is complete by itself once both are back', async () => {
    await using server = await ServerProcess.start({ provider: 'process' });
    const { id } = await server.addSession({ agent: 'shell', permissionMode: 'full-auto' });
    const state = path.join(server.folder, 'workspaces', id);
    const container = `/api/sessions/${id}/container/status`;
    await waitFor(async () => (await server.client.get(container)).body.status === 'running', 40_000);
    const command = 'for n in $(seq 1 20); do echo "line $n"; sleep 0.1; done';
    await server.client.post(`/api/sessions/${id}/messages`, { text: command });
    await waitFor(async () => (await outboxOf(state)).includes('line 3'));
    server.signal('SIGKILL');
    await server.ended();
    await waitFor(async () => (await outboxOf(state)).includes('"turn.ended"'), 20_000);
    const record = await readFile(path.join(server.folder, 'containers', `${id}.json`), 'utf8');
    process.kill((JSON.parse(record) as { pid: number }).pid, 'SIGKILL');
    await server.start();
    let answer: MessageResponse | undefined;
    await waitFor(async () => {
      const { body } = await server.client.get(`/api/sessions/${id}/messages`);
      const { messages } = body as { messages: readonly MessageResponse[] };
      answer = messages.find(({ role }) => role === 'assistant');
      return answer?.outcome === 'completed';
    }, 40_000);
    const output = answer?.items.map((item) => (item.type === 'tool' ? item.output : '')).join('');
    expect(output?.trim().split('\n')).toEqual(Array.from({ length: 20 }, (_none, n) => `line ${n + 1}`));
  });
});

async function outboxOf(workspace: string): Promise<string> {
  const folder = path.join(workspace, 'state', 'outbox');
  const files = await readdir(folder);
  return (await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')))).join('');
}
