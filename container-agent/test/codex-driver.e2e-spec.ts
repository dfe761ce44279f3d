import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { codexProgram, CodexWorld } from './support/codex-world.ts';
import { describeWith } from './support/describe-with.ts';
import { isRunning, whenInterrupted } from './support/running-programs.ts';
import { waitFor } from './support/wait-for.ts';

/** The driver and the real codex against the scripted model. `npm test` puts the tested version on PATH. */
const describeWithCodex = describeWith('codex', codexProgram !== null);

Logger.overrideLogger(false);

describeWithCodex('CodexDriver with the real codex', () => {
  let world: CodexWorld;
  beforeEach(async () => {
    world = await CodexWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('streams thought and text', async () => {
    const { turn, result } = await world.run(['think: I will look first.', 'say: Hello there my friend.']);
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Hello there my friend.' },
    ]);
    expect(turn.events.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(1);
  });

  it('streams a long text, each token once', async () => {
    const { turn } = await world.run(['stream: 2000 tokens']);
    expect(turn.said).toBe(Array.from({ length: 2_000 }, (_, index) => `t${index + 1}`).join(' '));
    expect(turn.events.length).toBeGreaterThan(100);
  });

  it('shows commands with their whole output, live and at the end', async () => {
    const { turn } = await world.run([
      'run: echo early; sleep 0.6; echo later',
      'run: exit 3',
      'say: It said {output}',
    ]);
    expect(turn.items).toMatchObject([
      { command: 'echo early; sleep 0.6; echo later', status: 'completed', output: 'early\nlater\n' },
      { command: 'exit 3', status: 'failed', exitCode: 3 },
      { type: 'text' },
    ]);
    expect(turn.events).toContainEqual({
      type: 'tool.delta',
      toolCallId: expect.any(String),
      text: 'later\n',
    });
  });

  it('shows created, edited, moved and deleted files as diffs', async () => {
    writeFileSync(path.join(world.workspacePath, 'old.txt'), 'one\ntwo\n');
    writeFileSync(path.join(world.workspacePath, 'here.txt'), 'bee\n');
    const { turn } = await world.run([
      'write: notes.txt <<< line one\\nline two',
      'edit: notes.txt | line two | line 2',
      'move: here.txt | there.txt | bee | cee',
      'delete: old.txt',
    ]);
    expect(readFileSync(path.join(world.workspacePath, 'notes.txt'), 'utf8')).toBe('line one\nline 2\n');
    expect(turn.items.map((item) => ('diffs' in item ? item.diffs : item.type))).toMatchObject([
      [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' }],
      [{ path: 'notes.txt', change: 'updated' }],
      [{ path: 'here.txt', change: 'moved', movedTo: 'there.txt' }],
      [{ path: 'old.txt', change: 'deleted', patch: '@@ -1,2 +0,0 @@\n-one\n-two\n' }],
    ]);
  });

  it('shows the plan', async () => {
    const { turn } = await world.run(['plan: look✓ | write* | test']);
    expect(turn.items).toMatchObject([
      { type: 'plan', entries: [{ status: 'completed' }, { status: 'in_progress' }, { status: 'pending' }] },
    ]);
  });

  it('carries a question and its answer', async () => {
    const { turn } = await world.run(['ask: Tea or coffee? | Tea | Coffee', 'say: You chose {output}'], {
      answer: (ask) => ({
        answers: ask.type === 'question.asked' ? { [ask.questions[0]!.questionId]: ['Coffee'] } : {},
      }),
    });
    expect(turn.asks).toMatchObject([
      {
        questions: [
          { question: 'Tea or coffee?', options: [{ label: 'Tea' }, { label: 'Coffee' }], allowsOther: true },
        ],
      },
    ]);
    expect(turn.said).toContain('Coffee');
  });

  const careful = [
    'run: touch approved.txt && echo touched',
    'write: note.txt <<< hello',
    'say: Result: {output}',
  ];

  it('asks first, and does what is allowed', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'accept' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { type: 'permission.requested', detail: 'touch approved.txt && echo touched' },
      { title: 'Codex wants to change note.txt', diffs: [{ path: 'note.txt', change: 'added' }] },
    ]);
    expect(readFileSync(path.join(world.workspacePath, 'note.txt'), 'utf8')).toBe('hello\n');
  });

  it('tells the model what was rejected, and goes on', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'decline' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.items).toMatchObject([
      { status: 'declined' },
      { status: 'declined' },
      { text: expect.stringContaining('rejected') },
    ]);
  });

  it('asks no more for what is allowed for good, and changes the mode between turns', async () => {
    const options = {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'acceptForSession' }),
    } as const;
    const command = 'run: touch approved.txt && echo touched';
    expect((await world.run([command, command], options)).turn.asks).toHaveLength(1);
    expect((await world.run([command, 'run: touch other.txt'], options)).turn.asks).toHaveLength(1);
    expect((await world.run(['run: touch third.txt'])).turn.asks).toHaveLength(0);
  });

  it('is interrupted in the middle of a text, keeps it, and goes on with the conversation', async () => {
    const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t15'));
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(turn.said).toMatch(/^t1 t2 t3/);
    expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
  });

  it('is interrupted in the middle of a command, which ends', async () => {
    const { turn, result } = world.begin(['run: sleep 0.5; echo started; sleep 31.7']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    const [end] = await Promise.all([result, whenInterrupted(['sleep 31.7'])]);
    expect(end).toEqual({ outcome: 'interrupted' });
    expect(turn.items).toMatchObject([{ status: 'interrupted', output: 'started\n' }]);
  });

  it('ends everything that an interrupted turn has started, however stubborn', async () => {
    const commands = ['sleep 34.1', 'sleep 34.2', 'sleep 34.3'];
    const [direct, detached, orphaned] = commands;
    const script = `trap '' TERM INT HUP; setsid ${detached} & (setsid nohup ${orphaned} >/dev/null 2>&1 &); ${direct}; echo`;
    const { result, turn } = world.begin([`run: ${script}`]);
    await waitFor(() => commands.every(isRunning));
    turn.interrupt();
    const [end] = await Promise.all([result, whenInterrupted(commands)]);
    expect(end).toEqual({ outcome: 'interrupted' });
    expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
  });

  it('is interrupted while it waits for an answer', async () => {
    const { turn, result } = world.begin(careful, { permissionMode: 'ask-first' });
    await turn.until(() => turn.asks.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('is interrupted before it has begun', async () => {
    const { turn, result } = world.begin(['say: hi']);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('leaves a command of an earlier turn running when a later one is interrupted', async () => {
    const earlier = await world.run(['start: sleep 32.8', 'say: started']);
    expect(earlier.turn.items).toMatchObject([
      { status: 'completed', exitCode: undefined },
      { text: 'started' },
    ]);
    const { turn, result } = world.begin(['run: sleep 0.5; echo started; sleep 33.9']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    await Promise.all([result, whenInterrupted(['sleep 33.9'])]);
    expect(isRunning('sleep 32.8')).toBe(true);
    await world.driver.close();
    expect(isRunning('sleep 32.8')).toBe(false);
  });

  it('fails with the words of a refusal, at once', async () => {
    const { result } = await world.run(['fail: 400 x99 the model does not like this']);
    expect(result).toEqual({ outcome: 'failed', reason: 'Codex failed: the model does not like this' });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('says that it tries again, and goes on', async () => {
    const { turn, result } = await world.run(['fail: 429 x2 slow down', 'say: At last.']);
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('429')]);
    expect(turn.said).toBe('At last.');
  });

  // Codex itself asks a server that refuses or fails up to five times, which takes some seven seconds.
  it.each([
    ['401', 'refused the login'],
    ['500', 'server failed'],
  ])(
    'fails with a cause for %s once codex gives up, and goes on with the next prompt',
    async (status, reason) => {
      const { turn, result } = await world.run([`fail: ${status} x99 the model says so`]);
      expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
      expect(turn.said).toBe('');
      expect(turn.notices.length).toBeGreaterThan(0);
      expect((await world.run(['say: next'])).turn.said).toBe('next');
    },
  );

  it('runs one prompt after the other, however they come', async () => {
    const first = world.begin(['run: sleep 0.3', 'say: first']);
    const second = world.begin(['say: second']);
    expect(await second.result).toEqual({ outcome: 'completed' });
    expect(await first.result).toEqual({ outcome: 'completed' });
    expect([first.turn.said, second.turn.said]).toEqual(['first', 'second']);
  });

  it('shows nothing twice after a cut connection', async () => {
    const { turn, result } = await world.run([
      'think: Hm.',
      'say: one',
      'drop: after 2 tokens x2',
      'say: a b c d',
    ]);
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('one\na b c d');
    expect(turn.notices).toHaveLength(1);
  });

  it('survives a silent model', async () => {
    expect((await world.run(['stall: 700', 'say: late'])).turn.said).toBe('late');
  });

  it('reports the death of the program, and goes on with the conversation afterwards', async () => {
    await world.run(['say: My name is Scripted.']);
    const { turn, result } = world.begin(['run: sleep 34.1']);
    await turn.until(() => turn.items.length === 1);
    const [pid] = world.listCodex();
    process.kill(pid!, 'SIGKILL');
    expect(await result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    await waitFor(() => !isRunning('sleep 34.1'));

    const next = await world.run(['say: back']);
    expect(next).toMatchObject({ result: { outcome: 'completed' }, turn: { said: 'back', notices: [] } });
    expect(JSON.stringify(world.lastRequest())).toContain('My name is Scripted.');
  });

  it('goes on in a new container with the same volume', async () => {
    await world.run(['say: My name is Scripted.']);
    await world.replaceDriver();
    const { turn } = await world.run(['say: back']);
    expect(turn).toMatchObject({ said: 'back', notices: [] });
    expect(JSON.stringify(world.lastRequest())).toContain('My name is Scripted.');
  });

  it('waits for an earlier program that still holds the conversation', async () => {
    await world.run(['say: My name is Scripted.']);
    const earlier = world.supersedeDriver();
    const { turn, result } = world.begin(['say: back']);
    await sleep(700);
    await earlier.close();
    expect(await result).toEqual({ outcome: 'completed' });
    expect(turn.notices).toEqual([]);
  });

  it('says so when the conversation is lost, and starts afresh with a transcript of it', async () => {
    await world.run(['say: hi']);
    await world.driver.close();
    rmSync(path.join(world.homePath, '.codex'), { recursive: true });
    const { turn, result } = await world.run(['say: new'], { recollection: 'We spoke of 4711.' });
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('new');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(JSON.stringify(world.lastRequest())).toContain('We spoke of 4711.');
    const again = await world.run(['say: again'], { recollection: 'We spoke of 4712.' });
    expect(again.turn.notices).toEqual([]);
    expect(JSON.stringify(world.lastRequest())).not.toContain('4712');
  });

  it('says so when not even the name of the conversation is left', async () => {
    const { turn } = await world.run(['say: new'], { isContinued: true, recollection: 'We spoke of 4711.' });
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(JSON.stringify(world.lastRequest())).toContain('We spoke of 4711.');
  });

  it('says when a usage limit resets that ends a turn', async () => {
    const { turn, result } = await world.run(['limit: 3600']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('usage limit') });
    const [limit] = turn.events.filter((event) => event.type === 'notice.raised');
    expect(limit).toMatchObject({ limitResetsAt: expect.any(String) });
    const inMs = Date.parse(limit?.limitResetsAt ?? '') - Date.now();
    expect(inMs).toBeGreaterThan(3_000_000);
    expect(inMs).toBeLessThanOrEqual(3_600_000);
  });

  it('fails with advice when nobody is logged in', async () => {
    await world.replaceDriver({ OPENAI_API_KEY: '', OPENAI_BASE_URL: '' });
    const { result } = await world.run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('not logged in') });
  });

  it('passes on what codex finds wrong with its config file', async () => {
    mkdirSync(path.join(world.homePath, '.codex'));
    writeFileSync(path.join(world.homePath, '.codex', 'config.toml'), 'this is not toml');
    const { result } = await world.run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('config.toml:1') });
  });

  it('works with a model in code mode', async () => {
    await world.replaceDriver({ CODEX_MODEL: 'gpt-6.1-sol' });
    const { turn, result } = await world.run([
      'run: echo hi',
      'write: a.txt <<< one',
      'plan: look*',
      'say: Done.',
    ]);
    expect(result.outcome).toBe('completed');
    expect(turn.items).toMatchObject([
      { command: 'echo hi', output: 'hi\n' },
      { diffs: [{ path: 'a.txt', change: 'added' }] },
      { type: 'plan' },
      { text: 'Done.' },
    ]);
  });

  it('keeps the key from the commands', async () => {
    const { turn } = await world.run(['run: env']);
    expect(turn.items).toMatchObject([{ output: expect.not.stringContaining('sk-scripted') }]);
    expect(turn.items).toMatchObject([{ output: expect.stringContaining('CODEX_WEBAPP_TURN=codex-') }]);
  });

  it('leaves no process behind', async () => {
    await world.run(['say: hi']);
    expect(world.listCodex()).toHaveLength(1);
    await world.driver.close();
    expect(world.listCodex()).toEqual([]);
  });

  it('stops when it was idle for a while, and starts again', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['say: hi']);
    await waitFor(() => world.listCodex().length === 0, 10_000);
    expect((await world.run(['say: again'])).turn).toMatchObject({ said: 'again', notices: [] });
  });

  it('does not stop while something it started still runs', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['start: sleep 35.2']);
    await sleep(1_500);
    expect(isRunning('sleep 35.2')).toBe(true);
  });
});
