import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedTurn, type RecordedTurnOptions } from '../../../test/support/recorded-turn.ts';
import { readCodexConfig } from './codex.config.ts';
import { CodexDriver } from './codex.driver.ts';

const player = fileURLToPath(new URL('../../../test/support/replay-app-server.mjs', import.meta.url));

Logger.overrideLogger(false);

/** The driver against transcripts of the real codex. */
describe('CodexDriver', () => {
  let root: string;
  let workspacePath: string;
  let driver: CodexDriver;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'codex-driver-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function play(transcript: string, env: NodeJS.ProcessEnv = {}): void {
    const gateway = { OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: 'http://127.0.0.1:4010/v1' };
    driver = new CodexDriver({
      config: readCodexConfig({ CODEX_BIN: player, ...gateway, ...env }),
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

  it.each([
    'text-and-thought',
    'command-with-output',
    'write-and-edit',
    'plan',
    'error-429-retry',
    'cut-stream-retry',
  ])('runs %s to its end', async (name) => {
    playFixture(name);
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items.length).toBeGreaterThan(0);
  });

  it.each([
    ['permission-allow', 'accept', 'completed'],
    ['permission-deny', 'decline', 'declined'],
    ['permission-always', 'acceptForSession', 'completed'],
  ])('asks for permission: %s', async (name, optionId, status) => {
    playFixture(name);
    const { turn, result } = await run({ permissionMode: 'ask-first', answer: () => ({ optionId }) });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { detail: 'touch approved.txt && echo touched', options: [{ optionId: 'accept' }, {}, {}] },
      { diffs: [{ change: 'added', patch: '@@ -0,0 +1,1 @@\n+first line\n' }] },
    ]);
    expect(turn.items.find(({ type }) => type === 'tool')).toMatchObject({ status });
  });

  it('says what codex calls the thread, and nothing of other threads', async () => {
    const named = (threadId: string | undefined, threadName: string) => ({
      from: 'agent',
      message: { method: 'thread/name/updated', params: { threadId, threadName } },
    });
    const [, threadId] =
      /"thread":\{"id":"([^"]+)"/.exec(readFileSync(fixture('text-and-thought'), 'utf8')) ?? [];
    playUntil(
      'text-and-thought',
      '"turn/completed"',
      named('another', 'Not ours'),
      named(threadId, 'Looking around'),
    );
    const { turn } = await run();
    await turn.until(() => turn.titles.length > 0);
    expect(turn.titles).toEqual(['Looking around']);
  });

  it('asks questions', async () => {
    playFixture('question');
    const { turn } = await run({ answer: () => ({ answers: { question: ['Tea'] } }) });
    expect(turn.asks).toMatchObject([{ type: 'question.asked', questions: [{ questionId: 'question' }] }]);
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

  it('ends the command of an interrupted turn', async () => {
    playFixture('interrupt-command');
    const turn = turnOf();
    const result = driver.run(turn);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(turn.items.at(-1)).toMatchObject({ type: 'tool', status: 'interrupted', output: 'started\n' });
  });

  it('closes a command that goes on in the background', async () => {
    playFixture('background-command');
    const { turn } = await run();
    expect(turn.events.at(-1)).toMatchObject({ type: 'tool.ended', status: 'completed' });
  });

  it('kills a program that does not react to the interruption', async () => {
    playUntil('text-and-thought', '"turn/start"');
    const turn = turnOf();
    const result = driver.run(turn);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it.each([
    ['error-400', 'the model does not like this'],
    ['error-500-exhausted', "The model's server failed."],
    ['not-logged-in', 'Codex is not logged in.'],
  ])('fails with a reason: %s', async (name, reason) => {
    playFixture(name, name === 'not-logged-in' ? { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' } : {});
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  it('survives the death of the program and goes on with its thread', async () => {
    playFixture('resume-after-kill');
    expect((await run()).result.outcome).toBe('completed');
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    expect(turn.said).toBe('Going.\nt1 t2 t3 t4 t5');
    expect(await run()).toMatchObject({
      turn: { said: 'I am back.', notices: [] },
      result: { outcome: 'completed' },
    });
  });

  it('ends a codex that prints a line without an end, and says why', async () => {
    const endless = path.join(root, 'endless');
    writeFileSync(endless, "#!/bin/sh\nhead -c 40000000 /dev/zero | tr '\\0' x\nexec sleep 600\n", {
      mode: 0o755,
    });
    play(fixture('text-and-thought'), { CODEX_BIN: endless });
    const { result } = await run();
    expect(result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('a line of more than 32 MiB'),
    });
  });

  it('starts afresh, and says so, when codex has lost the conversation', async () => {
    playFixture('resume-unknown');
    mkdirSync(path.join(root, 'state'));
    writeFileSync(path.join(root, 'state', 'codex-thread.json'), '{"threadId":"lost"}');
    const { turn, result } = await run();
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh')]);
  });

  it('ignores what it does not know, and refuses what it cannot answer', async () => {
    const recorded = readFileSync(fixture('text-and-thought'), 'utf8').trim().split('\n');
    const strange = [
      { from: 'agent', raw: 'not json\n\n[]\n{"method":"new/thing","params":1}\n{"id":99,"result":{}}\n' },
      { from: 'agent', message: { id: 7, method: 'new/question', params: {} } },
      { from: 'client', message: { id: 7, error: {} } },
    ].map((line) => JSON.stringify(line));
    const begun = recorded.findIndex((line) => line.includes('"turn/started"'));
    const file = path.join(root, 'transcript.jsonl');
    writeFileSync(
      file,
      [...recorded.slice(0, begun + 1), ...strange, ...recorded.slice(begun + 1)].join('\n'),
    );
    play(file);
    expect((await run()).result).toEqual({ outcome: 'completed' });
  });

  it('fails when it does not understand an answer', async () => {
    playUntil('text-and-thought', '"turn/start"', {
      from: 'agent',
      message: { id: 4, result: { turn: 'later' } },
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
    ['/nonexistent/codex', 'cannot be started'],
    ['/bin/false', 'exit code 1'],
  ])('fails when the program is %s', async (program, reason) => {
    playFixture('text-and-thought', { CODEX_BIN: program });
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  it('names what to do when there is no program at all', async () => {
    driver = new CodexDriver({
      config: readCodexConfig({}),
      homePath: root,
      workspacePath,
      statePath: root,
      environment: { PATH: root },
    });
    expect(await driver.check()).toEqual({
      isAvailable: false,
      reason: expect.stringContaining('CODEX_BIN'),
    });
    expect((await run()).result).toEqual({ outcome: 'failed', reason: expect.stringContaining('CODEX_BIN') });
  });
});

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.jsonl`, import.meta.url));
}
