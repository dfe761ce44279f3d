import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { foldTurn } from '@codex-webapp/contracts';
import { RecordFile } from '../src/storage/record-file.ts';
import { AgentProcess } from './support/agent-process.ts';
import { listMarked } from './support/list-marked.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

function outputOf(agent: AgentProcess, turnId: string): string {
  const { items } = foldTurn(turnId, agent.main.eventsOf(turnId));
  return items.flatMap((item) => (item.type === 'tool' ? [item.output] : [])).join('');
}

/** Of the events it holds. */
function outboxBytes(agent: AgentProcess): number {
  const folder = path.join(agent.folder, '.workspace-state', 'outbox');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');

describe('kill -9 of container-agent in the middle of a turn', () => {
  it('keeps the text, reports the turn as interrupted once, and does not run it again', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo ran >> runs; for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 60');
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('line 3'));
    await agent.kill();
    await agent.run();
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({
      outcome: 'interrupted',
      reason: expect.stringContaining('ended'),
    });
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.messages[0]?.body).toMatchObject({
      outcome: 'interrupted',
      items: [{ type: 'tool', output: 'line 1\nline 2\nline 3\n', status: 'interrupted' }],
    });
    agent.main.deliver('p1', 'echo ran >> runs');
    agent.main.deliver('p2', 'cat runs');
    await agent.main.whenEnded(turnOf('p2'));
    expect(outputOf(agent, turnOf('p2'))).toBe('ran\n');
    expect(agent.main.eventsOf(turnOf('p1')).filter((event) => event.type === 'turn.ended').length).toBe(1);
    expect(agent.main.disorders).toEqual([]);
  });

  it('at random instants loses, repeats and reorders nothing', async () => {
    await using agent = await AgentProcess.start();
    let expected = 0;
    for (let round = 1; round <= 8; round += 1) {
      const promptId = `p${round}`;
      agent.main.deliver(promptId, 'for i in $(seq 1 500); do echo $i; done; sleep 0.05; seq 501 1000');
      const hellos = agent.main.hellos.length;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      if (round % 2 === 0) agent.main.cut();
      await agent.kill();
      await agent.run();
      await waitFor(() => agent.main.hellos.length > hellos);
      agent.main.deliver(promptId, 'echo again'); // Until main-server has heard of its begin.
      await agent.main.whenEnded(turnOf(promptId), 20_000);
      const output = outputOf(agent, turnOf(promptId));
      expect(output === 'again\n' || numbers(1_000).startsWith(output)).toBe(true);
      expected += 1;
    }
    await waitFor(() => agent.main.messages.length === expected, 10_000, 'all messages');
    expect(agent.main.disorders).toEqual([]);
    for (const { body } of agent.main.messages) {
      const folded = foldTurn(body.turnId ?? '', agent.main.eventsOf(body.turnId ?? ''));
      expect(body.items).toEqual(JSON.parse(JSON.stringify(folded.items)));
    }
  });
});

describe('main-server away', () => {
  it('is worked without, and hears everything in order when it is back', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo begun; sleep 0.5; seq 1 3000; echo over > over; sleep 0.2');
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('begun'));
    await agent.main.stop();
    await waitFor(() => readdirSync(agent.workspace).includes('over'), 10_000, 'the command to end');
    expect(agent.main.eventsOf(turnOf('p1')).some((event) => event.type === 'turn.ended')).toBe(false);
    await agent.main.start();
    await agent.main.whenEnded(turnOf('p1'), 20_000);
    expect(outputOf(agent, turnOf('p1'))).toBe(`begun\n${numbers(3_000)}`);
    expect(agent.main.disorders).toEqual([]);
    await waitFor(() => agent.main.messages.length === 1);
  });

  it('for longer than the outbox has room for makes the agent wait, and loses nothing of what it says', async () => {
    await using agent = await AgentProcess.start({ OUTBOX_MAX_KB: '64' });
    const count = 4_000;
    const said = Array.from({ length: count }, (_, index) => `${index + 1} ${'x'.repeat(40)}\n`).join('');
    const command =
      `echo begun; until [ -e go ]; do sleep 0.05; done; pad=$(printf 'x%.0s' {1..40}); ` +
      `for n in $(seq 1 ${count}); do echo "$n $pad"; echo $n >> written; done`;
    agent.main.deliver('p1', command);
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('begun'));
    await agent.main.stop();
    writeFileSync(path.join(agent.workspace, 'go'), '');
    const written = (): number =>
      readFileSync(path.join(agent.workspace, 'written'), 'utf8').split('\n').length - 1;
    await waitFor(() => outboxBytes(agent) >= 64 * 1024, 20_000, 'a full outbox');
    // The pipe between them fills, and then the command itself cannot go on.
    let before = -1;
    await waitFor(async () => {
      const now = written();
      const stands = now === before;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return stands;
    });
    expect(before).toBeLessThan(count);
    expect(listMarked(turnOf('p1')).length).toBeGreaterThan(0);
    expect(outboxBytes(agent)).toBeLessThan(2 * 64 * 1024);
    await agent.main.start();
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'completed' });
    expect(written()).toBe(count);
    const shown = events.flatMap((event) => (event.type === 'tool.delta' ? [event.text] : [])).join('');
    expect(shown).toBe(`begun\n${said}`);
    expect(agent.main.disorders).toEqual([]);
  });

  it('for longer than the outbox has room for, and the end of the process, keeps no later one from starting', async () => {
    const env = { OUTBOX_MAX_KB: '64' };
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'echo begun; until [ -e go ]; do sleep 0.05; done; seq 1 1000000');
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('begun'));
    await agent.main.stop();
    writeFileSync(path.join(agent.workspace, 'go'), '');
    let before = -1;
    await waitFor(async () => {
      const stands = outboxBytes(agent) === before;
      before = outboxBytes(agent);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return stands && before >= 64 * 1024;
    });
    await agent.kill();
    await agent.main.start();
    await agent.run(env);
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    expect(outputOf(agent, turnOf('p1')).length).toBeGreaterThan(30_000);
    expect(agent.main.disorders).toEqual([]);
  });

  it('for the whole life of a process, is told by the next one', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo begun; sleep 0.3; echo alone; echo over > over');
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('begun'));
    await agent.main.stop();
    await waitFor(() => readdirSync(agent.workspace).includes('over'));
    // The last thing written of a turn.
    const journal = path.join(agent.folder, '.workspace-state', 'turns', 'journal.jsonl');
    await waitFor(() => readFileSync(journal, 'utf8').includes('"state":"ended"'));
    await agent.kill();
    await agent.main.start();
    await agent.run();
    const events = await agent.main.whenEnded(turnOf('p1'));
    expect(events.at(-1)).toMatchObject({ outcome: 'completed' });
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.disorders).toEqual([]);
  });

  it('before its acks arrive gets no event twice into its history', async () => {
    await using agent = await AgentProcess.start();
    agent.main.isAcking = false;
    agent.main.deliver('p1', 'seq 1 200');
    await agent.main.whenEnded(turnOf('p1'));
    const hellos = agent.main.hellos.length;
    agent.main.cut();
    await waitFor(() => agent.main.hellos.length > hellos);
    agent.main.isAcking = true;
    agent.main.deliver('p2', 'echo two');
    await agent.main.whenEnded(turnOf('p2'));
    expect(outputOf(agent, turnOf('p1'))).toBe(numbers(200));
    expect([agent.main.repeatedEvents, agent.main.disorders]).toEqual([0, []]);
  });
});

describe('a prompt that was run', () => {
  it('is not run again for a main-server that was put back to before it, which is told so', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('again', 'echo ran >> runs');
    await agent.main.whenEnded(turnOf('again'));
    await waitFor(() => agent.main.messages.length === 1, 10_000);
    agent.main.deliver('again', 'echo ran >> runs', { turnId: turnOf('again-2') });
    await agent.main.whenEnded(turnOf('again-2'));
    expect(agent.main.eventsOf(turnOf('again-2'))).toMatchObject([
      { type: 'turn.started', promptId: 'again' },
      { type: 'turn.ended', outcome: 'interrupted', reason: expect.stringContaining('not run again') },
    ]);
    expect(readFileSync(path.join(agent.workspace, 'runs'), 'utf8')).toBe('ran\n');
    // The queue behind it goes on.
    agent.main.deliver('next', 'echo next');
    await agent.main.whenEnded(turnOf('next'));
  });

  it('and that is asked for with the same ids is said to have ended, once nothing of it is on its way', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('again', 'echo ran >> runs');
    await agent.main.whenEnded(turnOf('again'));
    await waitFor(() => agent.main.messages.length === 1, 10_000);
    agent.main.isAcking = false;
    agent.main.deliver('next', 'echo next');
    await agent.main.whenEnded(turnOf('next'));
    agent.main.deliver('next', 'echo next');
    await waitFor(() => agent.main.accepted.length === 3);
    agent.main.isAcking = true;
    agent.main.deliver('other', 'echo other');
    await agent.main.whenEnded(turnOf('other'));
    await agent.kill();
    await agent.run();
    await waitFor(() => agent.main.hellos.length === 2);
    agent.main.deliver('again', 'echo ran >> runs');
    await waitFor(() => agent.main.endedBefore.includes(turnOf('again')));
    expect(readFileSync(path.join(agent.workspace, 'runs'), 'utf8')).toBe('ran\n');
  });

  it('within the turn of another one is explained as what it was', async () => {
    await using agent = await AgentProcess.start();
    await agent.kill();
    const { file } = RecordFile.open(path.join(agent.folder, '.workspace-state', 'turns', 'journal.jsonl'));
    const steered = {
      promptId: 'p2',
      turnId: turnOf('p1'),
      state: 'ended',
      agent: 'shell',
      isSteered: true,
    };
    file.append(JSON.stringify(steered));
    file.close();
    await agent.run();
    await waitFor(() => agent.main.hellos.length === 2);
    agent.main.deliver('p2', 'echo never');
    expect((await agent.main.whenEnded(turnOf('p2'))).at(-1)).toMatchObject({
      outcome: 'interrupted',
      reason: expect.stringContaining('while it worked on the one before'),
    });
  });
});

describe('the message of a turn', () => {
  it('is said again until it is taken, with the same key and body', async () => {
    await using agent = await AgentProcess.start();
    agent.main.messageStatuses.push(500, 503);
    agent.main.deliver('p1', 'echo persistent');
    await waitFor(() => agent.main.messages.length === 1, 10_000);
    expect(agent.main.posts.length).toBe(3);
    expect(new Set(agent.main.posts.map((post) => JSON.stringify(post))).size).toBe(1);
  });

  it('is kept without its turn by a main-server that was put back to before it', async () => {
    await using agent = await AgentProcess.start();
    agent.main.unknownTurns.add(turnOf('kept'));
    agent.main.deliver('kept', 'echo kept');
    await waitFor(() => agent.main.messages.length === 1, 10_000);
    const { body, key } = agent.main.messages[0]!;
    expect(body).toMatchObject({ items: [{ output: 'kept\n' }], outcome: 'completed' });
    expect([body.turnId, key]).toEqual([undefined, `said-in:${turnOf('kept')}`]);
  });

  it('is dropped with a word about it when it is refused', async () => {
    await using agent = await AgentProcess.start();
    agent.main.messageStatuses.push(422);
    agent.main.deliver('p1', 'echo refused');
    await waitFor(() => agent.main.eventsOf(turnOf('p1')).at(-1)?.type === 'notice.raised', 10_000);
    agent.main.deliver('p2', 'echo next');
    await waitFor(() => agent.main.messages.length === 1, 10_000);
    expect(agent.main.posts.length).toBe(2);
  });
});

describe('SIGTERM', () => {
  it('ends the running turn, tells main-server, and exits within ten seconds with nothing left', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', `echo begun; trap '' TERM; (setsid sleep 600 &); sleep 600`);
    await waitFor(() => outputOf(agent, turnOf('p1')).includes('begun'));
    const startedAt = performance.now();
    await agent.kill('SIGTERM');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(agent.exitCode).toBe(0);
    expect(agent.main.eventsOf(turnOf('p1')).at(-1)).toMatchObject({
      type: 'turn.ended',
      outcome: 'interrupted',
    });
    expect(listMarked(turnOf('p1'))).toEqual([]);
    await agent.run();
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.eventsOf(turnOf('p1')).filter((event) => event.type === 'turn.ended').length).toBe(1);
  });
});
