import { describe, expect, it } from '@jest/globals';
import { existsSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { SmallDisk } from '@codex-webapp/nest-kit/testing';
import { AgentProcess } from './support/agent-process.ts';
import { listMarked } from './support/list-marked.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

/** Mounted for each test anew: what one leaves behind is not the next one's. */
const canMount = SmallDisk.mount(1);
canMount?.[Symbol.dispose]();

function reserveOf(agent: AgentProcess): string {
  return path.join(agent.folder, '.workspace-state', 'disk-reserve');
}

function isFull(disk: SmallDisk): boolean {
  return statfsSync(disk.folder).bavail === 0;
}

(canMount ? describe : describe.skip)('a session whose disk is full', () => {
  it('can be interrupted: its agent ends within a second, and the turn is told to have ended', async () => {
    using disk = SmallDisk.mount(24)!;
    await using agent = await AgentProcess.start({}, path.join(disk.folder, 'session'));
    agent.main.deliver('p1', 'cat /dev/zero > big; sleep 600');
    await waitFor(() => listMarked(turnOf('p1')).length > 0 && isFull(disk), 10_000, 'the agent to fill it');
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
    await waitFor(() => listMarked(turnOf('p1')).length === 0, 1_500, 'the end of the processes');
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    await waitFor(() => agent.main.messages.length === 1);
    agent.main.deliver('p2', 'rm big; echo again');
    expect((await agent.main.whenEnded(turnOf('p2'))).at(-1)).toMatchObject({ outcome: 'completed' });
    agent.main.deliver('p3', 'true');
    await agent.main.whenEnded(turnOf('p3'));
    expect(existsSync(reserveOf(agent))).toBe(true);
    expect(agent.main.disorders).toEqual([]);
  });

  it('can be interrupted while its agent waits for an answer', async () => {
    using disk = SmallDisk.mount(24)!;
    await using agent = await AgentProcess.start({}, path.join(disk.folder, 'session'));
    agent.main.deliver('p1', 'echo never', { permissionMode: 'ask-first' });
    await waitFor(() => agent.main.eventsOf(turnOf('p1')).at(-1)?.type === 'permission.requested');
    disk.fill();
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.slice(-2)).toMatchObject([
      { type: 'agent_request.closed', reason: 'withdrawn' },
      { type: 'turn.ended', outcome: 'interrupted' },
    ]);
  });

  it('stops in time although nothing at all can be written, and says afterwards how the turn ended', async () => {
    using disk = SmallDisk.mount(24)!;
    await using agent = await AgentProcess.start({}, path.join(disk.folder, 'session'));
    agent.main.deliver('p1', 'sleep 600');
    await waitFor(() => agent.main.eventsOf(turnOf('p1')).at(-1)?.type === 'tool.started');
    rmSync(reserveOf(agent));
    const makeRoom = disk.fill();
    const startedAt = performance.now();
    await agent.kill('SIGTERM');
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(agent.exitCode).toBe(0);
    expect(listMarked(turnOf('p1'))).toEqual([]);
    makeRoom();
    await agent.run();
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    await waitFor(() => agent.main.messages.length === 1);
  });
});
