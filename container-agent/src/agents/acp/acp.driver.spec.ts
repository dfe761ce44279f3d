import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedTurn, type RecordedTurnOptions } from '../../../test/support/recorded-turn.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { readAcpConfig } from './acp.config.ts';
import { AcpDriver } from './acp.driver.ts';

const program = fileURLToPath(new URL('../../../test/support/scripted-acp-agent.mjs', import.meta.url));

Logger.overrideLogger(false);

const modes = {
  currentModeId: 'default',
  availableModes: ['default', 'yolo', 'plan'].map((id) => ({ id, name: id })),
};
const select = (id: string, category: string, ...values: string[]) => ({
  id,
  name: id,
  category,
  type: 'select',
  currentValue: values[0],
  options: values.map((value) => ({ value, name: value })),
});
const text = (words: string, more: object = {}) => ({
  update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words }, ...more },
});
const tool = (sessionUpdate: string, more: object) => ({
  update: { sessionUpdate, toolCallId: 'call', ...more },
});

/** An agent that is known by one entry of the configuration alone. */
describe('AcpDriver', () => {
  let root: string;
  let workspacePath: string;
  let driver: AcpDriver;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'acp-driver-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
    driver = create();
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function create(offer: object = {}, entry: object = {}, env: NodeJS.ProcessEnv = {}): AcpDriver {
    const agent = {
      id: 'nowhere-else',
      name: 'Somebody',
      command: program,
      env: { SCRIPTED_AGENT: JSON.stringify(offer), SCRIPTED_AGENT_LOG: path.join(root, 'log') },
      ...entry,
    };
    const config = readAcpConfig({ ACP_AGENTS: JSON.stringify([agent]), ...env });
    return new AcpDriver({
      entry: config.agents.at(-1)!,
      config,
      homePath: root,
      workspacePath,
      statePath: path.join(root, 'state'),
      environment: { PATH: process.env['PATH'] },
    });
  }

  function begin(steps: readonly object[], options: Partial<RecordedTurnOptions> = {}) {
    const script = steps.map((step) => JSON.stringify(step)).join('\n');
    const turn = new RecordedTurn({ text: script, workspacePath, ...options });
    return { turn, result: driver.run(turn) };
  }

  async function run(steps: readonly object[], options: Partial<RecordedTurnOptions> = {}) {
    const { turn, result } = begin(steps, options);
    return { turn, result: await result };
  }

  function readLog(): readonly Record<string, unknown>[] {
    const file = path.join(root, 'log');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('works from one entry of the configuration', async () => {
    expect(driver.summary).toMatchObject({ id: 'nowhere-else', name: 'Somebody' });
    expect(await driver.check()).toEqual({ isAvailable: true, reason: null });
    const { turn, result } = await run([text('Hello'), text(' there.')]);
    expect([result, turn.said]).toEqual([{ outcome: 'completed' }, 'Hello there.']);
    expect(readLog()[0]).toMatchObject({
      initialize: { clientCapabilities: { terminal: false, elicitation: { form: {} } } },
    });
  });

  it('says what the agent calls the conversation, also after the turn, and not what it calls every new one', async () => {
    const info = (title?: string) => ({ sessionUpdate: 'session_info_update', title });
    const { turn } = await run([
      { update: info() },
      { update: info('New session - 2026-11-27T12:00:00.000Z') },
      { update: info('Fix the login') },
      { later: info('Fix the login of guests') },
    ]);
    await turn.until(() => turn.titles.length === 2);
    expect(turn.titles).toEqual(['Fix the login', 'Fix the login of guests']);
  });

  it('ends an agent that prints a line without an end, and says why', async () => {
    const endless = path.join(root, 'endless');
    writeFileSync(endless, "#!/bin/sh\nhead -c 40000000 /dev/zero | tr '\\0' x\nexec sleep 600\n", {
      mode: 0o755,
    });
    driver = create({}, { command: endless });
    const { result } = await run([text('Hello')]);
    expect(result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('a line of more than 32 MiB'),
    });
  });

  it('says what to do when there is no such program', async () => {
    driver = create({}, { command: '/nowhere/agent' });
    expect(await driver.check()).toEqual({
      isAvailable: false,
      reason: expect.stringContaining('/nowhere/agent'),
    });
    expect((await run([])).result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('ENOENT'),
    });
    driver = create({}, { command: 'no-such-agent' });
    expect(await driver.check()).toEqual({ isAvailable: false, reason: expect.stringContaining('on PATH') });
  });

  it('says why the program does not start', async () => {
    driver = create({ dies: true });
    expect((await run([text('hi')])).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('exit code 3'),
    });
  });

  it('tells texts apart by what is between them, and by their ids', async () => {
    const { turn } = await run([
      text('one'),
      tool('tool_call', { title: 'Look', kind: 'read', status: 'completed' }),
      text('two'),
      text(' three', { messageId: 'own' }),
    ]);
    expect(turn.said).toBe('one\ntwo\n three');
  });

  it('shows a command as it grows, and its end', async () => {
    const output = (words: string) => [{ type: 'content', content: { type: 'text', text: words } }];
    const { turn } = await run([
      tool('tool_call', { title: 'bash', kind: 'execute', status: 'pending', rawInput: {} }),
      tool('tool_call_update', { status: 'in_progress', rawInput: { command: 'make' } }),
      tool('tool_call_update', { content: output('a\n') }),
      tool('tool_call_update', { content: output('a\nb\n') }),
      tool('tool_call_update', {
        status: 'completed',
        content: output('a\nb\nc\n'),
        rawOutput: { exitCode: 2 },
      }),
    ]);
    const deltas = turn.events.flatMap((event) => (event.type === 'tool.delta' ? [event.text] : []));
    expect(deltas).toEqual(['a\n', 'b\n']);
    expect(turn.items).toMatchObject([
      { title: 'make', command: 'make', status: 'failed', exitCode: 2, output: 'a\nb\nc\n' },
    ]);
  });

  it('shows what a terminal of the agent says', async () => {
    const meta = (more: object) => ({ _meta: more });
    const { turn } = await run([
      tool('tool_call', { title: 'ls', kind: 'execute', status: 'in_progress' }),
      tool('tool_call_update', meta({ terminal_output_delta: { data: 'one\n' } })),
      tool('tool_call_update', { status: 'failed', ...meta({ terminal_output_delta: { data: 'two\n' } }) }),
      tool('tool_call', { toolCallId: 'next', title: 'x', kind: 'execute', status: 'in_progress' }),
      tool('tool_call_update', {
        toolCallId: 'next',
        status: 'failed',
        ...meta({ terminal_exit: { exit_code: 3 } }),
      }),
    ]);
    expect(turn.items).toMatchObject([
      { command: 'ls', output: 'one\ntwo\n', status: 'failed' },
      { exitCode: 3, status: 'failed' },
    ]);
  });

  it('shows changes, new files and the plan, also where they stand in the input of a tool alone', async () => {
    const diff = { type: 'diff', path: `${workspacePath}/a.txt`, oldText: 'a\nb\n', newText: 'a\nc\n' };
    const { turn } = await run([
      tool('tool_call', { title: 'Edit', kind: 'edit', status: 'completed', content: [diff] }),
      tool('tool_call', {
        toolCallId: 'written',
        title: 'Write',
        kind: 'edit',
        status: 'completed',
        rawInput: { file_path: `${workspacePath}/b.txt`, content: 'new\n' },
      }),
      tool('tool_call', {
        toolCallId: 'todos',
        title: 'Todos',
        status: 'completed',
        rawInput: { todos: [{ content: 'look', status: 'in_progress' }] },
      }),
    ]);
    expect(turn.items).toMatchObject([
      { diffs: [{ path: 'a.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n a\n-b\n+c\n' }] },
      { diffs: [{ path: 'b.txt', change: 'added', patch: '@@ -0,0 +1,1 @@\n+new\n' }] },
      { type: 'tool' },
      { type: 'plan', entries: [{ content: 'look', status: 'in_progress' }] },
    ]);
  });

  it('tells what is used, what it costs, and what was summed up', async () => {
    const cost = { amount: 0.25, currency: 'USD' };
    const { turn } = await run([
      { update: { sessionUpdate: 'usage_update', used: 900, size: 2_000, cost } },
      { update: { sessionUpdate: 'compaction_update', status: 'completed' } },
    ]);
    expect(turn.events[0]).toMatchObject({ contextTokens: 900, contextWindow: 2_000, costUsd: 0.25 });
    expect(turn.notices).toEqual([expect.stringContaining('summed up')]);
  });

  const ask = {
    ask: {
      toolCall: { toolCallId: 'call', title: 'rm', kind: 'execute', rawInput: { command: 'rm -r x' } },
      options: [
        { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
        { optionId: 'no', name: 'No', kind: 'reject_once' },
      ],
    },
  };

  it('allows everything itself in full auto, and asks otherwise', async () => {
    driver = create({ state: { modes } });
    const free = await run([ask]);
    expect([free.turn.asks, free.turn.said]).toEqual([[], expect.stringContaining('"yes"')]);
    const careful = await run([ask], { permissionMode: 'ask-first', answer: () => ({ optionId: 'no' }) });
    expect(careful.turn.asks).toMatchObject([{ detail: 'rm -r x', options: [{ kind: 'allow_once' }, {}] }]);
    expect(careful.turn.said).toContain('"no"');
    expect(careful.turn.items[0]).toMatchObject({ type: 'tool', command: 'rm -r x', status: 'declined' });
    expect(readLog().filter((entry) => 'mode' in entry)).toEqual([{ mode: 'yolo' }, { mode: 'default' }]);
  });

  it('does without a mode that the agent refuses in full auto only', async () => {
    driver = create({ state: { modes }, refusesModes: true });
    expect((await run([text('hi')])).result).toEqual({ outcome: 'completed' });
    expect((await run([text('hi')], { permissionMode: 'plan' })).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('Not in this folder'),
    });
  });

  it('says so when the agent has no plan mode', async () => {
    const { turn, result } = await run([text('hi')], { permissionMode: 'plan' });
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('no plan mode') });
    expect(turn.controls).toBeNull();
  });

  it('asks the fields of a form as questions', async () => {
    const properties = {
      drink: {
        type: 'string',
        title: 'Drink',
        oneOf: [
          { const: 't', title: 'Tea' },
          { const: 'c', title: 'Coffee' },
        ],
      },
      drink_custom: { type: 'string', title: 'Other' },
      sugar: { type: 'boolean', title: 'Sugar?' },
      cups: { type: 'integer', title: 'Cups' },
      extras: { type: 'array', title: 'Extras', items: { type: 'string', enum: ['milk', 'honey'] } },
    };
    const form = { mode: 'form', message: 'How?', requestedSchema: { type: 'object', properties } };
    const answers = { drink: ['Coffee', 'with ice'], sugar: ['No'], cups: ['2'], extras: ['milk', 'honey'] };
    const { turn } = await run([{ form }], { answer: () => ({ answers }) });
    expect(turn.asks).toMatchObject([
      {
        questions: [
          { questionId: 'drink', question: 'Drink', allowsOther: true, options: [{ label: 'Tea' }, {}] },
          { questionId: 'sugar', options: [{ label: 'Yes' }, { label: 'No' }], allowsOther: false },
          { questionId: 'cups', options: [], allowsOther: true },
          { questionId: 'extras' },
        ],
      },
    ]);
    expect(JSON.parse(turn.said)).toEqual({
      action: 'accept',
      content: { drink: 'c', drink_custom: 'with ice', sugar: false, cups: 2, extras: ['milk', 'honey'] },
    });
  });

  it('tells what the agent changed of itself, and begins the next turn with what was chosen', async () => {
    const models = select('m', 'model', 'small', 'large');
    driver = create({ state: { modes, configOptions: [models] } });
    const { turn } = await run([
      { update: { sessionUpdate: 'current_mode_update', currentModeId: 'plan' } },
      {
        update: {
          sessionUpdate: 'config_option_update',
          configOptions: [{ ...models, currentValue: 'large' }],
        },
      },
      text('hi'),
    ]);
    expect(turn.notices).toEqual([
      'Somebody switched from its mode yolo to plan.',
      'Somebody switched from small to large.',
    ]);
    const next = await run([text('again')]);
    expect(next.turn.notices).toEqual([]);
    expect(readLog().filter((entry) => 'mode' in entry || 'm' in entry)).toEqual([
      { mode: 'yolo' },
      { m: 'small' },
      { mode: 'yolo' },
    ]);
  });

  it('offers what can be chosen, and chooses it', async () => {
    const configOptions = [
      select('m', 'model', 'small', 'large'),
      select('e', 'thought_level', 'low', 'high'),
    ];
    driver = create({ state: { modes, configOptions } });
    const commands = { sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'init' }] };
    const { turn } = await run([{ update: commands }], { model: 'large', effort: 'high' });
    expect(turn.controls).toMatchObject({
      models: [
        { id: 'small', isDefault: true, efforts: [] },
        { id: 'large', isDefault: false, efforts: ['low', 'high'], defaultEffort: 'low' },
      ],
      commands: [{ name: 'init' }],
      permissionModes: ['full-auto', 'ask-first', 'plan'],
    });
    await run([text('hi')]);
    expect(readLog().filter((entry) => 'm' in entry || 'e' in entry)).toEqual([
      { m: 'large' },
      { e: 'high' },
      { m: 'small' },
      { e: 'low' },
    ]);
    expect((await run([text('hi')], { model: 'huge' })).result).toEqual({
      outcome: 'failed',
      reason: expect.stringMatching(/"huge".*small, large/),
    });
  });

  it('chooses models of agents that know no options yet', async () => {
    const models = {
      currentModelId: 'a',
      availableModels: [
        { modelId: 'a', name: 'A' },
        { modelId: 'b', name: 'B' },
      ],
    };
    driver = create({ state: { models } });
    await run([text('hi')], { model: 'b' });
    expect(readLog()).toContainEqual({ model: 'b' });
  });

  it('logs in by the method of its entry', async () => {
    driver = create({ login: 'token' }, { auth: 'token' });
    expect((await run([text('hi')])).turn.said).toBe('hi');
    driver = create({ login: 'token' });
    expect((await run([text('hi')])).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('not logged in'),
    });
  });

  it.each([
    ['refusal', 'refused to answer'],
    ['max_tokens', 'greatest length'],
    ['max_turn_requests', 'go on'],
    ['something_new', 'something_new'],
  ])('puts the end %s into words', async (stop, reason) => {
    expect((await run([{ stop }])).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining(reason),
    });
  });

  it.each([
    [{ code: -32_603, message: 'Internal error', data: { details: '429 slow down' } }, 'limits the requests'],
    [{ code: 400, message: '{"error":{"message":"odd"}}' }, 'Somebody failed: odd'],
    [{ code: -32_603, message: 'Internal error: invalid API key' }, 'Renew its key'],
    [{ code: 503, message: 'busy' }, 'later'],
  ])('puts the error %j into words', async (fail, reason) => {
    expect((await run([{ fail }])).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining(reason),
    });
  });

  it('passes over what it does not know, and refuses what it cannot answer', async () => {
    const { turn, result } = await run([
      { print: 'not json' },
      { print: '[]' },
      { print: '{"jsonrpc":"2.0","method":"vendor/news","params":{}}' },
      { update: { sessionUpdate: 'from_the_future', content: 1 } },
      tool('tool_call', { title: 7, kind: 'teleport', status: 'completed', content: [{ type: 'hologram' }] }),
      { call: 'vendor/question' },
      { call: 'fs/read_text_file' },
    ]);
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items).toMatchObject([
      { type: 'tool', kind: 'other', status: 'completed' },
      { text: '{"code":-32601}{"code":-32601}' },
    ]);
  });

  it('is interrupted, keeps what was said, and goes on in the same program', async () => {
    const { turn, result } = begin([text('before'), { wait: 60_000 }, text('after')]);
    await turn.until(() => turn.said === 'before');
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await run([text('next')])).turn.said).toBe('next');
    expect(readLog().filter((entry) => 'initialize' in entry)).toHaveLength(1);
  });

  it('kills a program that does not react to the interruption', async () => {
    driver = create({ ignoresCancel: true, capabilities: { sessionCapabilities: { resume: {} } } });
    const { turn, result } = begin([text('before'), { wait: 60_000 }]);
    await turn.until(() => turn.said === 'before');
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await run([text('next')])).turn.notices).toEqual([]);
    expect(readLog().filter((entry) => 'initialize' in entry)).toHaveLength(2);
  });

  it('is interrupted while it waits for an answer', async () => {
    const { turn, result } = begin([ask], { permissionMode: 'ask-first' });
    await turn.until(() => turn.asks.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it.each([
    ['resume', { sessionCapabilities: { resume: {} } }],
    ['load', { loadSession: true }],
  ])('goes on by %s after the program died, and shows nothing again', async (_, capabilities) => {
    driver = create({ capabilities });
    const { result } = await run([{ die: 'SIGKILL' }, { wait: 60_000 }]);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    const { turn } = await run([text('back')]);
    expect([turn.said, turn.notices]).toEqual(['back', []]);
  });

  it.each([
    ['can neither resume nor load', {}, false],
    ['has lost it', { loadSession: true }, true],
  ])('says so when it %s, and starts afresh', async (_, capabilities, isForgotten) => {
    driver = create({ capabilities });
    await run([text('hi')]);
    await driver.close();
    const files = readdirSync(root).filter((file) => file.endsWith('.session'));
    if (isForgotten) for (const file of files) rmSync(path.join(root, file));
    const { turn } = await run([text('new')]);
    expect([turn.said, turn.notices]).toEqual(['new', [expect.stringContaining('starts afresh')]]);
  });

  it('gives pictures to who looks at them, and says where they are to others', async () => {
    const file = path.join(workspacePath, 'a.png');
    await run([text('hi')], { imagePaths: [] });
    const { turn } = await run([text('hi')], { imagePaths: [file] });
    expect(turn.notices).toEqual([expect.stringContaining('does not look at pictures')]);
    expect(readLog().at(-1)).toMatchObject({ prompt: [{ type: 'resource_link', name: 'a.png' }, {}] });
  });

  it('fails when an event cannot be reported', async () => {
    const turn = new RecordedTurn({ text: JSON.stringify(text('hi')), workspacePath });
    turn.emit = () => Promise.reject(new Error('The disk is full'));
    expect(await driver.run(turn)).toMatchObject({ outcome: 'failed' });
  });

  it('stops when it was idle for a while, and starts again', async () => {
    driver = create({ capabilities: { loadSession: true } }, {}, { AGENT_IDLE_SECONDS: '1' });
    await run([text('hi')]);
    const [pid] = readdirSync(root).flatMap((file) => /^(\d+)-1\.session$/.exec(file)?.[1] ?? []);
    await waitFor(() => !existsSync(`/proc/${pid}`), 20_000);
    expect((await run([text('again')])).turn.said).toBe('again');
  });
});
