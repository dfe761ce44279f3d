import { describe, expect, it } from '@jest/globals';
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TurnEventOf } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { listMarked } from './support/list-marked.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

describe('a prompt for the shell', () => {
  it('is run, streamed, acknowledged and posted', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo hello; sleep 0.3; echo bye; exit 3');
    const events = await agent.main.whenEnded(turnOf('p1'));
    const types = ['turn.started', 'tool.started', 'tool.delta', 'tool.delta', 'tool.ended', 'turn.ended'];
    expect(events.map((event) => event.type)).toEqual(types);
    expect(events[4]).toMatchObject({ status: 'failed', exitCode: 3 });
    expect(agent.main.accepted).toEqual(['p1']);
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.messages[0]).toMatchObject({
      key: `turn:${turnOf('p1')}`,
      body: {
        role: 'assistant',
        turnId: turnOf('p1'),
        outcome: 'completed',
        items: [{ output: 'hello\nbye\n', exitCode: 3 }],
      },
    });
  });

  it('is run once however often it is delivered, also after its end and by the next process', async () => {
    await using agent = await AgentProcess.start();
    for (let times = 0; times < 5; times += 1) agent.main.deliver('p1', 'echo run >> runs; sleep 0.2');
    await agent.main.whenEnded(turnOf('p1'));
    agent.main.deliver('p1', 'echo run >> runs');
    await waitFor(() => agent.main.accepted.length === 6);
    await agent.kill();
    await agent.run();
    await waitFor(() => agent.main.hellos.length === 2);
    agent.main.deliver('p1', 'echo run >> runs');
    await waitFor(() => agent.main.accepted.length === 7);
    agent.main.deliver('p2', 'cat runs');
    await agent.main.whenEnded(turnOf('p2'));
    expect(readFileSync(path.join(agent.workspace, 'runs'), 'utf8')).toBe('run\n');
    expect(agent.main.eventsOf(turnOf('p1')).filter((event) => event.type === 'turn.started').length).toBe(1);
  });

  it('waits for the prompt before it', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'sleep 0.5; echo 1 >> order');
    agent.main.deliver('p2', 'echo 2 >> order');
    await agent.main.whenEnded(turnOf('p2'));
    expect(readFileSync(path.join(agent.workspace, 'order'), 'utf8')).toBe('1\n2\n');
  });

  it('does not see our secrets', async () => {
    await using agent = await AgentProcess.start({ CODEX_AUTH_FILE_1: 'e30=', OPENAI_API_KEY: 'its-own' });
    agent.main.deliver('p1', 'env; cat ~/.codex/auth.json');
    const events = await agent.main.whenEnded(turnOf('p1'));
    const output = events.flatMap((event) => (event.type === 'tool.delta' ? [event.text] : [])).join('');
    expect(output).toContain('OPENAI_API_KEY=its-own');
    expect(output).toContain('{}');
    expect(output).not.toMatch(/SESSION_TOKEN|AUTH_FILE|token-1/);
  });

  it('is refused for an agent that is not here', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'hi', { agent: 'nobody' });
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('nobody') });
  });
});

describe('an interrupt', () => {
  it('ends the turn and all its processes within a second, and the agent goes on', async () => {
    await using agent = await AgentProcess.start();
    const stubborn = `setsid bash -c "trap '' TERM; while :; do sleep 1; done" & nohup sleep 600 & echo begun; trap '' TERM; sleep 600`;
    agent.main.deliver('p1', stubborn);
    await waitFor(() => agent.main.eventsOf(turnOf('p1')).some((event) => event.type === 'tool.delta'));
    const startedAt = performance.now();
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    expect(events.at(-2)).toMatchObject({ type: 'tool.ended', status: 'interrupted' });
    await waitFor(() => listMarked(turnOf('p1')).length === 0, 1_000, 'the end of all processes');
    agent.main.deliver('p2', 'echo usable');
    expect((await agent.main.whenEnded(turnOf('p2'))).at(-1)).toMatchObject({ outcome: 'completed' });
  });

  it('for another turn changes nothing', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'sleep 0.3');
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('other') });
    expect((await agent.main.whenEnded(turnOf('p1'))).at(-1)).toMatchObject({ outcome: 'completed' });
  });
});

describe('ask-first mode', () => {
  const request = (agent: AgentProcess, turnId: string): TurnEventOf<'permission.requested'> | undefined =>
    agent.main.eventsOf(turnId).find((event) => event.type === 'permission.requested');

  async function answer(agent: AgentProcess, promptId: string, optionId: string): Promise<void> {
    await waitFor(() => request(agent, turnOf(promptId)) !== undefined);
    const agentRequestId = request(agent, turnOf(promptId))?.agentRequestId ?? '';
    agent.main.send({ type: 'agent_request.answer', agentRequestId, answer: { optionId } });
    agent.main.send({ type: 'agent_request.answer', agentRequestId, answer: { optionId } });
  }

  it('runs what was allowed, not what was denied, and asks no more after "always"', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('no', 'touch denied', { permissionMode: 'ask-first' });
    await answer(agent, 'no', 'reject_once');
    const denied = await agent.main.whenEnded(turnOf('no'));
    expect(denied.map((event) => event.type)).toContain('agent_request.closed');
    expect(denied.at(-2)).toMatchObject({ type: 'tool.ended', status: 'declined' });
    agent.main.deliver('yes', 'touch allowed', { permissionMode: 'ask-first' });
    await answer(agent, 'yes', 'allow_always');
    await agent.main.whenEnded(turnOf('yes'));
    agent.main.deliver('again', 'touch again', { permissionMode: 'ask-first' });
    const again = await agent.main.whenEnded(turnOf('again'));
    expect(again.some((event) => event.type === 'permission.requested')).toBe(false);
    const made = (name: string): boolean => existsSync(path.join(agent.workspace, name));
    expect([made('denied'), made('allowed'), made('again')]).toEqual([false, true, true]);
  });

  it('closes the request when the turn is interrupted, and expires it when the process died', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'true', { permissionMode: 'ask-first' });
    await waitFor(() => request(agent, turnOf('p1')) !== undefined);
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
    const interrupted = await agent.main.whenEnded(turnOf('p1'));
    expect(interrupted).toContainEqual(
      expect.objectContaining({ type: 'agent_request.closed', reason: 'withdrawn' }),
    );
    agent.main.deliver('p2', 'true', { permissionMode: 'ask-first' });
    await waitFor(() => request(agent, turnOf('p2')) !== undefined);
    await agent.kill();
    await agent.run();
    const died = await agent.main.whenEnded(turnOf('p2'));
    expect(died).toContainEqual(expect.objectContaining({ type: 'agent_request.closed', reason: 'expired' }));
    expect(died.at(-1)).toMatchObject({ outcome: 'interrupted' });
  });
});

describe('the title of a session', () => {
  it('is suggested once, after the first turn, from what was asked', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo one');
    await agent.main.whenEnded(turnOf('p1'));
    agent.main.deliver('p2', 'echo two');
    await agent.main.whenEnded(turnOf('p2'));
    await waitFor(() => agent.main.messages.length === 2 && agent.main.titles.length > 0);
    await agent.kill();
    await agent.run();
    await waitFor(() => agent.main.hellos.length === 2);
    agent.main.deliver('p3', 'echo three');
    await agent.main.whenEnded(turnOf('p3'));
    await waitFor(() => agent.main.messages.length === 3);
    expect(agent.main.titles).toEqual([{ title: 'echo one', source: 'text' }]);
  });

  it('is suggested again until main-server has heard it, also by the next process', async () => {
    await using agent = await AgentProcess.start();
    agent.main.titleStatuses.push(503, 401);
    agent.main.deliver('p1', 'echo one');
    await agent.main.whenEnded(turnOf('p1'));
    await waitFor(() => agent.main.titles.length === 1);
    agent.main.titleStatuses.push(...Array<number>(100).fill(503));
    await agent.kill();
    writeFileSync(
      path.join(agent.folder, '.workspace-state', 'title.json'),
      JSON.stringify({ title: 'By the agent', source: 'agent', isTold: false }),
    );
    await agent.run();
    await waitFor(() => agent.main.titleStatuses.length < 100);
    agent.main.titleStatuses.length = 0;
    await waitFor(() => agent.main.titles.length === 2);
    expect(agent.main.titles[1]).toEqual({ title: 'By the agent', source: 'agent' });
  });
});
