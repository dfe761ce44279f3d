import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { MessageResponse } from '@codex-webapp/contracts';
import { HistoryService } from '../src/modules/history/history.service.ts';
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

function areReported(world: FakeWorld): Promise<readonly unknown[]> {
  return world.app.query('SELECT status, is_end_reported FROM turns');
}

describe('a container that ended in the middle of a turn, with no prompt waiting', () => {
  it('is started again, once, for what it has not handed over', async () => {
    await using world = await FakeWorld.create({ env: { CONTAINER_IDLE_STOP_MINUTES: '30' } });
    const id = await addInTurn(world);
    die(world, id);
    await waitFor(() => world.provider.starts.length === 2);
    await world.connectStarted(id);
    expect(await areReported(world)).toEqual([{ status: 'interrupted', is_end_reported: 0 }]);
    // It had nothing to hand over, and is not asked again when it sleeps.
    world.clock.shift(10_000);
    await waitFor(async () => (await areReported(world)).some((turn) => hasReported(turn)));
    world.clock.shift(31 * minuteMs);
    await world.app.get(ContainerSleeps).look();
    await world.settled(id, 'stopped');
    await world.app.get(ContainerReconciler).reconcileAll();
    await world.addRunning();
    expect(world.provider.starts).toHaveLength(3);
    expect((await world.status(id)).status).toBe('stopped');
  });

  it('is started again after its pauses when it ends again before it has said anything', async () => {
    await using world = await FakeWorld.create();
    const id = await addInTurn(world);
    die(world, id);
    await world.connectStarted(id);
    die(world, id);
    await world.settled(id, 'stopped');
    world.clock.shift(1_000);
    await waitFor(() => world.provider.starts.length === 3);
  });

  it('is left stopped where its user stopped it', async () => {
    await using world = await FakeWorld.create();
    const id = await addInTurn(world);
    world.disconnect(id);
    await world.command(id, 'stop');
    await world.settled(id, 'stopped');
    await world.app.get(ContainerReconciler).reconcileAll();
    await world.addRunning();
    expect(await areReported(world)).toEqual([{ status: 'interrupted', is_end_reported: 0 }]);
    expect(world.provider.starts).toHaveLength(2);
  });

  it('is started by the next server when this one had no time for it', () =>
    overRestart(
      async (world) => {
        const id = await addInTurn(world);
        // Its end is noted and nothing is started, as when this process is killed right after the commit.
        jest.spyOn(world.app.get(ContainerStarts), 'wake').mockRejectedValue(new Error('Killed'));
        die(world, id);
        await world.settled(id, 'stopped');
        await waitFor(async () => (await areReported(world)).some((turn) => hasEnded(turn)));
        return id;
      },
      async (next, id) => void (await next.connectStarted(id)),
    ));
});

function hasReported(turn: unknown): boolean {
  return (turn as { is_end_reported: number }).is_end_reported === 1;
}

function hasEnded(turn: unknown): boolean {
  return (turn as { status: string }).status !== 'running';
}

/** A turn that ends while there is no server, and a container that is killed before there is one again. */
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
    const record = readFileSync(path.join(server.folder, 'containers', `${id}.json`), 'utf8');
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
