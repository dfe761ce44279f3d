import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type ScriptedModel, startScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { readProcessTable } from '../src/process/index.ts';
import { findCodexOnPath, resolveNativeBinary } from '../src/agents/codex/codex-binary.ts';
import { readCodexConfig } from '../src/agents/codex/codex.config.ts';
import { CodexDriver } from '../src/agents/codex/codex.driver.ts';
import { describeWith } from './support/describe-with.ts';
import { RecordedTurn, type RecordedTurnOptions } from './support/recorded-turn.ts';
import { waitFor } from './support/wait-for.ts';

const program = process.env['CODEX_BIN']
  ? await resolveNativeBinary(process.env['CODEX_BIN'])
  : await findCodexOnPath(process.env['PATH']);

/** The driver and the real codex against the scripted model. `npm test` puts the tested version on PATH. */
const describeWithCodex = describeWith('codex', program !== null);

Logger.overrideLogger(false);

describeWithCodex('CodexDriver with the real codex', () => {
  let model: ScriptedModel;
  let root: string;
  let workspacePath: string;
  let driver: CodexDriver;

  beforeAll(async () => {
    model = await startScriptedModel();
  });
  afterAll(() => model.close());

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'codex-contract-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
    mkdirSync(path.join(root, 'home'));
    driver = createDriver();
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function createDriver(env: NodeJS.ProcessEnv = {}): CodexDriver {
    const gateway = {
      OPENAI_API_KEY: 'sk-scripted',
      OPENAI_BASE_URL: `${model.url}/v1`,
      CODEX_MODEL: 'gpt-5.5',
    };
    return new CodexDriver({
      config: readCodexConfig({ ...gateway, CODEX_BIN: program ?? undefined, ...env }),
      homePath: path.join(root, 'home'),
      workspacePath,
      statePath: path.join(root, 'state'),
      environment: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-scripted' },
    });
  }

  async function run(script: readonly string[], options: Partial<RecordedTurnOptions> = {}) {
    const turn = new RecordedTurn({ text: script.join('\n'), workspacePath, ...options });
    const result = await driver.run(turn);
    return { turn, result };
  }

  function begin(script: readonly string[], options: Partial<RecordedTurnOptions> = {}) {
    const turn = new RecordedTurn({ text: script.join('\n'), workspacePath, ...options });
    return { turn, result: driver.run(turn) };
  }

  function listCodex(): readonly number[] {
    return readProcessTable().flatMap(({ pid }) =>
      commandOf(pid).includes('app-server') && environmentOf(pid).includes(root) ? [pid] : [],
    );
  }

  it('streams thought and text', async () => {
    const { turn, result } = await run(['think: I will look first.', 'say: Hello there my friend.']);
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Hello there my friend.' },
    ]);
    expect(turn.events.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(1);
  });

  it('streams a long text, each token once', async () => {
    const { turn } = await run(['stream: 2000 tokens']);
    expect(turn.said).toBe(Array.from({ length: 2_000 }, (_, index) => `t${index + 1}`).join(' '));
    expect(turn.events.length).toBeGreaterThan(100);
  });

  it('shows commands with their whole output, live and at the end', async () => {
    const { turn } = await run([
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
    writeFileSync(path.join(workspacePath, 'old.txt'), 'one\ntwo\n');
    writeFileSync(path.join(workspacePath, 'here.txt'), 'bee\n');
    const { turn } = await run([
      'write: notes.txt <<< line one\\nline two',
      'edit: notes.txt | line two | line 2',
      'move: here.txt | there.txt | bee | cee',
      'delete: old.txt',
    ]);
    expect(readFileSync(path.join(workspacePath, 'notes.txt'), 'utf8')).toBe('line one\nline 2\n');
    expect(turn.items.map((item) => ('diffs' in item ? item.diffs : item.type))).toMatchObject([
      [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' }],
      [{ path: 'notes.txt', change: 'updated' }],
      [{ path: 'here.txt', change: 'moved', movedTo: 'there.txt' }],
      [{ path: 'old.txt', change: 'deleted', patch: '@@ -1,2 +0,0 @@\n-one\n-two\n' }],
    ]);
  });

  it('shows the plan', async () => {
    const { turn } = await run(['plan: look✓ | write* | test']);
    expect(turn.items).toMatchObject([
      { type: 'plan', entries: [{ status: 'completed' }, { status: 'in_progress' }, { status: 'pending' }] },
    ]);
  });

  it('carries a question and its answer', async () => {
    const { turn } = await run(['ask: Tea or coffee? | Tea | Coffee', 'say: You chose {output}'], {
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
    const { turn, result } = await run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'accept' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { type: 'permission.requested', detail: 'touch approved.txt && echo touched' },
      { title: 'Codex wants to change note.txt', diffs: [{ path: 'note.txt', change: 'added' }] },
    ]);
    expect(readFileSync(path.join(workspacePath, 'note.txt'), 'utf8')).toBe('hello\n');
  });

  it('tells the model what was rejected, and goes on', async () => {
    const { turn, result } = await run(careful, {
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
    expect((await run([command, command], options)).turn.asks).toHaveLength(1);
    expect((await run([command, 'run: touch other.txt'], options)).turn.asks).toHaveLength(1);
    expect((await run(['run: touch third.txt'])).turn.asks).toHaveLength(0);
  });

  it('is interrupted in the middle of a text, keeps it, and goes on with the conversation', async () => {
    const { turn, result } = begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t15'));
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(turn.said).toMatch(/^t1 t2 t3/);
    expect((await run(['say: Here I am.'])).turn.said).toBe('Here I am.');
  });

  it('is interrupted in the middle of a command, which ends', async () => {
    const { turn, result } = begin(['run: sleep 0.5; echo started; sleep 31.7']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(turn.items).toMatchObject([{ status: 'interrupted', output: 'started\n' }]);
    await waitFor(() => !isRunning('sleep 31.7'), 2_000);
  });

  it('ends everything that an interrupted turn has started, however stubborn', async () => {
    const commands = ['sleep 34.1', 'sleep 34.2', 'sleep 34.3'];
    const [direct, detached, orphaned] = commands;
    const script = `trap '' TERM INT HUP; setsid ${detached} & (setsid nohup ${orphaned} >/dev/null 2>&1 &); ${direct}; echo`;
    const { result, turn } = begin([`run: ${script}`]);
    await waitFor(() => commands.every(isRunning));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    await waitFor(() => !commands.some(isRunning), 2_000);
    expect((await run(['say: Here I am.'])).turn.said).toBe('Here I am.');
  });

  it('is interrupted while it waits for an answer', async () => {
    const { turn, result } = begin(careful, { permissionMode: 'ask-first' });
    await turn.until(() => turn.asks.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('is interrupted before it has begun', async () => {
    const { turn, result } = begin(['say: hi']);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await run(['say: next'])).turn.said).toBe('next');
  });

  it('leaves a command of an earlier turn running when a later one is interrupted', async () => {
    const earlier = await run(['start: sleep 32.8', 'say: started']);
    expect(earlier.turn.items).toMatchObject([
      { status: 'completed', exitCode: undefined },
      { text: 'started' },
    ]);
    const { turn, result } = begin(['run: sleep 0.5; echo started; sleep 33.9']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    await result;
    await waitFor(() => !isRunning('sleep 33.9'));
    expect(isRunning('sleep 32.8')).toBe(true);
    await driver.close();
    expect(isRunning('sleep 32.8')).toBe(false);
  });

  it('fails with the words of a refusal, at once', async () => {
    const { result } = await run(['fail: 400 x99 the model does not like this']);
    expect(result).toEqual({ outcome: 'failed', reason: 'Codex failed: the model does not like this' });
    expect((await run(['say: next'])).turn.said).toBe('next');
  });

  it('says that it tries again, and goes on', async () => {
    const { turn, result } = await run(['fail: 429 x2 slow down', 'say: At last.']);
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
      const { turn, result } = await run([`fail: ${status} x99 the model says so`]);
      expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
      expect(turn.said).toBe('');
      expect(turn.notices.length).toBeGreaterThan(0);
      expect((await run(['say: next'])).turn.said).toBe('next');
    },
  );

  it('runs one prompt after the other, however they come', async () => {
    const first = begin(['run: sleep 0.3', 'say: first']);
    const second = begin(['say: second']);
    expect(await second.result).toEqual({ outcome: 'completed' });
    expect(await first.result).toEqual({ outcome: 'completed' });
    expect([first.turn.said, second.turn.said]).toEqual(['first', 'second']);
  });

  it('shows nothing twice after a cut connection', async () => {
    const { turn, result } = await run(['think: Hm.', 'say: one', 'drop: after 2 tokens x2', 'say: a b c d']);
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('one\na b c d');
    expect(turn.notices).toHaveLength(1);
  });

  it('survives a silent model', async () => {
    expect((await run(['stall: 700', 'say: late'])).turn.said).toBe('late');
  });

  it('reports the death of the program, and goes on with the conversation afterwards', async () => {
    await run(['say: My name is Scripted.']);
    const { turn, result } = begin(['run: sleep 34.1']);
    await turn.until(() => turn.items.length === 1);
    const [pid] = listCodex();
    process.kill(pid!, 'SIGKILL');
    expect(await result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    await waitFor(() => !isRunning('sleep 34.1'));

    const next = await run(['say: back']);
    expect(next).toMatchObject({ result: { outcome: 'completed' }, turn: { said: 'back', notices: [] } });
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('My name is Scripted.');
  });

  it('goes on in a new container with the same volume', async () => {
    await run(['say: My name is Scripted.']);
    await driver.close();
    driver = createDriver();
    const { turn } = await run(['say: back']);
    expect(turn).toMatchObject({ said: 'back', notices: [] });
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('My name is Scripted.');
  });

  it('waits for an earlier program that still holds the conversation', async () => {
    await run(['say: My name is Scripted.']);
    const earlier = driver;
    driver = createDriver();
    const { turn, result } = begin(['say: back']);
    await sleep(700);
    await earlier.close();
    expect(await result).toEqual({ outcome: 'completed' });
    expect(turn.notices).toEqual([]);
  });

  it('says so when the conversation is lost, and starts afresh with a transcript of it', async () => {
    await run(['say: hi']);
    await driver.close();
    rmSync(path.join(root, 'home', '.codex'), { recursive: true });
    const { turn, result } = await run(['say: new'], { recollection: 'We spoke of 4711.' });
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('new');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('We spoke of 4711.');
    const again = await run(['say: again'], { recollection: 'We spoke of 4712.' });
    expect(again.turn.notices).toEqual([]);
    expect(JSON.stringify(model.requests.at(-1)?.body)).not.toContain('4712');
  });

  it('says so when not even the name of the conversation is left', async () => {
    const { turn } = await run(['say: new'], { isContinued: true, recollection: 'We spoke of 4711.' });
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('We spoke of 4711.');
  });

  it('says when a usage limit resets that ends a turn', async () => {
    const { turn, result } = await run(['limit: 3600']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('usage limit') });
    const [limit] = turn.events.filter((event) => event.type === 'notice.raised');
    expect(limit).toMatchObject({ limitResetsAt: expect.any(String) });
    const inMs = Date.parse(limit?.limitResetsAt ?? '') - Date.now();
    expect(inMs).toBeGreaterThan(3_000_000);
    expect(inMs).toBeLessThanOrEqual(3_600_000);
  });

  it('fails with advice when nobody is logged in', async () => {
    driver = createDriver({ OPENAI_API_KEY: '', OPENAI_BASE_URL: '' });
    const { result } = await run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('not logged in') });
  });

  it('passes on what codex finds wrong with its config file', async () => {
    mkdirSync(path.join(root, 'home', '.codex'));
    writeFileSync(path.join(root, 'home', '.codex', 'config.toml'), 'this is not toml');
    const { result } = await run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('config.toml:1') });
  });

  it('works with a model in code mode', async () => {
    driver = createDriver({ CODEX_MODEL: 'gpt-6.1-sol' });
    const { turn, result } = await run(['run: echo hi', 'write: a.txt <<< one', 'plan: look*', 'say: Done.']);
    expect(result.outcome).toBe('completed');
    expect(turn.items).toMatchObject([
      { command: 'echo hi', output: 'hi\n' },
      { diffs: [{ path: 'a.txt', change: 'added' }] },
      { type: 'plan' },
      { text: 'Done.' },
    ]);
  });

  it('keeps the key from the commands', async () => {
    const { turn } = await run(['run: env']);
    expect(turn.items).toMatchObject([{ output: expect.not.stringContaining('sk-scripted') }]);
    expect(turn.items).toMatchObject([{ output: expect.stringContaining('CODEX_WEBAPP_TURN=codex-') }]);
  });

  it('leaves no process behind', async () => {
    await run(['say: hi']);
    expect(listCodex()).toHaveLength(1);
    await driver.close();
    expect(listCodex()).toEqual([]);
  });

  it('stops when it was idle for a while, and starts again', async () => {
    driver = createDriver({ AGENT_IDLE_SECONDS: '1' });
    await run(['say: hi']);
    await waitFor(() => listCodex().length === 0, 10_000);
    expect((await run(['say: again'])).turn).toMatchObject({ said: 'again', notices: [] });
  });

  it('does not stop while something it started still runs', async () => {
    driver = createDriver({ AGENT_IDLE_SECONDS: '1' });
    await run(['start: sleep 35.2']);
    await sleep(1_500);
    expect(isRunning('sleep 35.2')).toBe(true);
  });
});

function isRunning(command: string): boolean {
  return readProcessTable().some(({ pid }) => commandOf(pid) === command);
}

function commandOf(pid: number): string {
  return readProcFile(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

function environmentOf(pid: number): string {
  return readProcFile(pid, 'environ');
}

function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
