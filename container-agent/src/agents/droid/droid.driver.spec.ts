import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedTurn, type RecordedTurnOptions } from '../../../test/support/recorded-turn.ts';
import { readDroidConfig } from './droid.config.ts';
import { DroidDriver } from './droid.driver.ts';

const player = fileURLToPath(new URL('../../../test/support/replay-app-server.mjs', import.meta.url));

Logger.overrideLogger(false);

/** The driver against transcripts of the real droid. */
describe('DroidDriver', () => {
  let root: string;
  let workspacePath: string;
  let driver: DroidDriver;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'droid-driver-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function play(transcript: string, env: NodeJS.ProcessEnv = {}): void {
    const gateway = {
      DROID_API_KEY: 'sk',
      DROID_BASE_URL: 'http://127.0.0.1:4010/v1',
      DROID_MODEL: 'scripted',
    };
    driver = new DroidDriver({
      config: readDroidConfig({ DROID_BIN: player, ...gateway, ...env }),
      homePath: root,
      workspacePath,
      statePath: path.join(root, 'state'),
      environment: {
        PATH: process.env['PATH'],
        REPLAY_TRANSCRIPT: transcript,
        REPLAY_COUNTER: path.join(root, 'starts'),
      },
    });
  }

  function playFixture(name: string, env: NodeJS.ProcessEnv = {}): void {
    play(fixture(name), env);
  }

  /** Plays a fixture up to the line that holds the text, and then these lines. */
  function playUntil(name: string, text: string, ...lines: readonly object[]): void {
    const recorded = readFileSync(fixture(name), 'utf8').trim().split('\n');
    const begin = recorded.slice(0, recorded.findIndex((line) => line.includes(text)) + 1);
    const file = path.join(root, 'transcript.jsonl');
    writeFileSync(file, [...begin, ...lines.map((line) => JSON.stringify(line))].join('\n'));
    play(file);
  }

  function turnOf(options: Partial<RecordedTurnOptions> = {}): RecordedTurn {
    return new RecordedTurn({ text: 'hi', workspacePath, ...options });
  }

  async function run(options: Partial<RecordedTurnOptions> = {}) {
    const turn = turnOf(options);
    return { turn, result: await driver.run(turn) };
  }

  const openaiModel = { DROID_MODEL: 'gpt-5.5' };
  const accountOnly = { DROID_API_KEY: '', DROID_BASE_URL: '', DROID_MODEL: '' };

  it.each([
    ['text-and-thought', {}],
    ['command-with-output', {}],
    ['write-and-edit', {}],
    ['patches', openaiModel],
    ['plan', {}],
    ['error-429-retry', {}],
    ['cut-stream-retry', {}],
  ])('runs %s to its end', async (name, env) => {
    playFixture(name, env);
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items.length).toBeGreaterThan(0);
  });

  it('asks for permission, in the words of droid', async () => {
    playFixture('permission-allow');
    const { turn, result } = await run({
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'proceed_once' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      {
        title: 'Droid wants to run a command',
        detail: 'touch approved.txt && echo touched',
        options: [
          { optionId: 'proceed_once', kind: 'allow_once' },
          { optionId: 'proceed_always', kind: 'allow_always' },
          { optionId: 'cancel', kind: 'reject_once' },
        ],
      },
      { diffs: [{ path: 'note.txt', change: 'added', patch: '@@ -0,0 +1,1 @@\n+first line\n' }] },
    ]);
  });

  it('shows what a patch that asks would change', async () => {
    playFixture('permission-patch', openaiModel);
    const { turn } = await run({ permissionMode: 'ask-first', answer: () => ({ optionId: 'proceed_once' }) });
    expect(turn.asks).toMatchObject([
      { title: expect.stringMatching(/^Droid wants to change .*notes\.txt$/), diffs: [{ change: 'added' }] },
      { diffs: [{ change: 'updated', patch: '@@ -1,2 +1,2 @@\n one\n-two\n+2\n' }] },
    ]);
  });

  it('asks once for what is allowed for good, and ends the turn at what is rejected', async () => {
    playFixture('permission-always');
    const always = await run({
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'proceed_always' }),
    });
    expect(always.turn.asks).toHaveLength(1);
    await driver.close();
    rmSync(path.join(root, 'starts'));
    rmSync(path.join(root, 'state'), { recursive: true });
    playFixture('permission-deny');
    const denied = await run({ permissionMode: 'ask-first', answer: () => ({ optionId: 'cancel' }) });
    expect(denied.result).toEqual({ outcome: 'completed' });
    expect(denied.turn.items).toMatchObject([{ type: 'tool', status: 'declined' }]);
  });

  it('answers for itself in full auto, whatever droid finds dangerous', async () => {
    playFixture('permission-allow');
    const { turn, result } = await run();
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toEqual([]);
  });

  it('asks for its plan, without what only droid itself could do with it', async () => {
    playFixture('plan-approved');
    const { turn } = await run({ permissionMode: 'plan', answer: () => ({ optionId: 'proceed_once' }) });
    expect(turn.asks[0]).toMatchObject({
      title: 'Droid has a plan and wants to begin',
      detail: 'First A.\nThen B.',
      options: [
        { optionId: 'proceed_once', kind: 'allow_once' },
        { optionId: 'proceed_auto_run_low' },
        { optionId: 'proceed_auto_run_medium' },
        { optionId: 'proceed_auto_run_high', kind: 'allow_always' },
        { optionId: 'cancel', kind: 'reject_once' },
      ],
    });
  });

  it('asks questions', async () => {
    playFixture('question');
    const { turn } = await run({ answer: () => ({ answers: { 1: ['Tea'] } }) });
    expect(turn.asks).toMatchObject([{ type: 'question.asked', questions: [{ questionId: '1' }] }]);
    expect(turn.said).toContain('Tea');
  });

  it('interrupts, keeps the text, and runs the next turn in the same program', async () => {
    playFixture('interrupt-text');
    const turn = turnOf();
    const result = driver.run(turn);
    await turn.until(() => turn.said.endsWith('t15'));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(turn.said).toMatch(/^t1 .* t15/);
    expect((await run()).turn.said).toBe('Here I am.');
  });

  it('takes up a text while it works', async () => {
    playFixture('steer');
    const turn = turnOf();
    const result = driver.run(turn);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    expect(await driver.steer('another', 'hi', [])).toBe(false);
    expect(await driver.steer(turn.turnId, 'hi', [])).toBe(true);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(turn.said).toBe('turned aside');
  });

  it('kills a program that does not react to the interruption', async () => {
    playUntil('text-and-thought', '"droid.add_user_message"');
    const turn = turnOf();
    const result = driver.run(turn);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it.each([
    ['error-400', 'the model does not like this', {}],
    ['error-401', 'refused the login of Droid', {}],
    ['not-logged-in', 'Droid is not logged in.', accountOnly],
    ['no-account', 'cannot reach', { ...accountOnly, FACTORY_API_KEY: 'fk-none' }],
  ])('fails with a reason: %s', async (name, reason, env) => {
    playFixture(name, env);
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  it('survives the death of the program and goes on with its session', async () => {
    playFixture('resume-after-kill');
    expect((await run()).result.outcome).toBe('completed');
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    expect(turn.said).toMatch(/^Going\.\nt1 t2 t3 t4 t5/);
    expect(await run()).toMatchObject({
      turn: { said: 'I am back.', notices: [] },
      result: { outcome: 'completed' },
    });
  });

  it('starts afresh, and says so, when droid has lost the conversation', async () => {
    playFixture('resume-unknown');
    mkdirSync(path.join(root, 'state'));
    writeFileSync(path.join(root, 'state', 'droid-session.json'), '{"conversationId":"lost"}');
    const { turn, result } = await run();
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh')]);
  });

  it('ignores what it does not know, and refuses what it cannot answer', async () => {
    const recorded = readFileSync(fixture('text-and-thought'), 'utf8').trim().split('\n');
    const notification = { type: 'new_thing', value: 1 };
    const strange = [
      { from: 'agent', raw: 'not json\n\n[]\n{"type":"new"}\n{"type":"response","id":"99","result":{}}\n' },
      { from: 'agent', message: { type: 'notification', method: 'x', params: { notification } } },
      { from: 'agent', message: { type: 'request', id: 'r7', method: 'droid.new_question', params: {} } },
      { from: 'client', message: { type: 'response', id: 'r7', error: {} } },
    ].map((line) => JSON.stringify(line));
    const begun = recorded.findIndex((line) => line.includes('"thinking_text_delta"'));
    const file = path.join(root, 'transcript.jsonl');
    writeFileSync(file, [...recorded.slice(0, begun), ...strange, ...recorded.slice(begun)].join('\n'));
    play(file);
    expect((await run()).result).toEqual({ outcome: 'completed' });
  });

  it('fails when it does not understand an answer', async () => {
    playUntil('text-and-thought', '"droid.initialize_session"', {
      from: 'agent',
      message: { type: 'response', id: '1', result: { sessionId: 7 } },
    });
    expect((await run()).result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('does not understand'),
    });
  });

  it('fails when an event cannot be reported', async () => {
    playFixture('text-and-thought');
    const turn = turnOf();
    turn.emit = () => Promise.reject(new Error('The disk is full'));
    expect(await driver.run(turn)).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    ['/nonexistent/droid', 'cannot be started'],
    ['/bin/false', 'exit code 1'],
  ])('fails when the program is %s', async (program, reason) => {
    playFixture('text-and-thought', { DROID_BIN: program });
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  it('names what to do when there is no program at all', async () => {
    driver = new DroidDriver({
      config: readDroidConfig({}),
      homePath: root,
      workspacePath,
      statePath: root,
      environment: { PATH: root },
    });
    expect(await driver.check()).toEqual({
      isAvailable: false,
      reason: expect.stringContaining('DROID_BIN'),
    });
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining('DROID_BIN') });
  });
});

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.jsonl`, import.meta.url));
}
