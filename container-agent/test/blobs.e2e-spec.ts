import { describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { foldTurn, type BlobRef } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

function fullOutputOf(agent: AgentProcess, turnId: string): BlobRef | undefined {
  const { items } = foldTurn(turnId, agent.main.eventsOf(turnId));
  return items.flatMap((item) => (item.type === 'tool' && item.fullOutput ? [item.fullOutput] : []))[0];
}

function spoolFolderOf(agent: AgentProcess): string {
  return path.join(agent.folder, '.workspace-state', 'blobs');
}

function spoolOf(agent: AgentProcess): readonly string[] {
  return readdirSync(spoolFolderOf(agent));
}

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');

describe('output that is too long for an event', () => {
  it('reaches main-server whole, and its message says under which name', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'seq 1 100000');
    await agent.main.whenEnded(turnOf('p1'));
    const ref = fullOutputOf(agent, turnOf('p1'));
    expect(ref).toEqual({ sha256: expect.any(String), bytes: numbers(100_000).length });
    await waitFor(() => agent.main.blobs.size === 1 && agent.main.messages.length === 1);
    expect(agent.main.blobs.get(ref?.sha256 ?? '')?.toString()).toBe(numbers(100_000));
    expect(agent.main.messages[0]?.body.items).toMatchObject([{ truncated: true, fullOutput: ref }]);
    await waitFor(() => spoolOf(agent).length === 0);
  });

  it('of more than a blob holds keeps its newest part and says so', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'seq 1 2000000');
    await agent.main.whenEnded(turnOf('p1'), 30_000);
    expect(fullOutputOf(agent, turnOf('p1'))).toMatchObject({ bytes: 8 * 1024 * 1024, truncated: true });
    await waitFor(() => agent.main.blobs.size === 1);
    const [blob] = agent.main.blobs.values();
    expect(blob?.subarray(-16).toString()).toBe('1999999\n2000000\n');
  });

  it('waits on the volume for a main-server that is away, also across the death of the process', async () => {
    await using agent = await AgentProcess.start();
    agent.main.blobStatuses.push(503, 500);
    agent.main.deliver('p1', 'seq 1 50000');
    await agent.main.whenEnded(turnOf('p1'));
    await waitFor(() => agent.main.blobPuts > 0);
    await agent.main.stop();
    await agent.kill();
    expect(spoolOf(agent)).toEqual([fullOutputOf(agent, turnOf('p1'))?.sha256]);
    await agent.main.start();
    await agent.run();
    await waitFor(() => agent.main.blobs.size === 1, 30_000);
    await waitFor(() => spoolOf(agent).length === 0);
  });

  it('is given up with a line about it when it is refused, and not tried again', async () => {
    await using agent = await AgentProcess.start();
    agent.main.blobStatuses.push(507);
    agent.main.deliver('p1', 'seq 1 50000');
    const refusals = () => agent.main.messages.filter(({ body }) => body.role === 'system');
    await waitFor(() => refusals().length === 1, 10_000);
    expect(refusals()[0]?.body.text).toContain('No more blobs here.');
    await waitFor(() => spoolOf(agent).length === 0);
    agent.main.deliver('p2', 'seq 1 60000');
    await waitFor(() => agent.main.blobs.size === 1, 10_000);
    expect([agent.main.blobPuts, refusals().length]).toEqual([2, 1]);
  });

  it('and that the agent deletes is given up with a line about it, and takes no room any more', async () => {
    await using agent = await AgentProcess.start();
    agent.main.blobStatuses.push(503, 503);
    agent.main.deliver('p1', 'seq 1 50000');
    await agent.main.whenEnded(turnOf('p1'));
    await waitFor(() => spoolOf(agent).length === 1);
    rmSync(spoolFolderOf(agent), { recursive: true });
    mkdirSync(spoolFolderOf(agent));
    const losses = () => agent.main.messages.filter(({ body }) => body.role === 'system');
    await waitFor(() => losses().length === 1, 15_000);
    expect(losses()[0]?.body.text).toContain('was deleted in the container');
    expect(agent.main.blobs.size).toBe(0);
    // What is forgotten can be kept again.
    agent.main.deliver('p2', 'seq 1 50000');
    await waitFor(() => agent.main.blobs.size === 1, 10_000);
    await waitFor(() => spoolOf(agent).length === 0);
  });
});
