import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedTurn, type RecordedTurnOptions } from '../../../test/support/recorded-turn.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { readClaudeConfig } from './claude.config.ts';
import { ClaudeDriver } from './claude.driver.ts';

const player = fileURLToPath(new URL('../../../test/support/replay-claude.mjs', import.meta.url));

Logger.overrideLogger(false);

/** The driver against transcripts of the real Claude Code. */
describe('ClaudeDriver', () => {
  let root: string;
  let workspacePath: string;
  let driver: ClaudeDriver;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'claude-driver-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function play(transcript: string, env: NodeJS.ProcessEnv = {}): void {
    driver = new ClaudeDriver({
      config: readClaudeConfig({ CLAUDE_BIN: player, ANTHROPIC_API_KEY: 'sk', ...env }),
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

  /** Plays a fixture, with lines put in after the first that holds the text, and nothing behind them if `isCut`. */
  function playWith(name: string, after: string, lines: readonly object[], isCut = false): void {
    const recorded = readFileSync(fixture(name), 'utf8').trim().split('\n');
    const at = recorded.findIndex((line) => line.includes(after)) + 1;
    const file = path.join(root, 'transcript.jsonl');
    const added = lines.map((line) => JSON.stringify(line));
    writeFileSync(
      file,
      [...recorded.slice(0, at), ...added, ...(isCut ? [] : recorded.slice(at))].join('\n'),
    );
    play(file);
  }

  function begin(options: Partial<RecordedTurnOptions> = {}) {
    const turn = new RecordedTurn({ text: 'hi', workspacePath, ...options });
    return { turn, result: driver.run(turn) };
  }

  async function run(options: Partial<RecordedTurnOptions> = {}) {
    const { turn, result } = begin(options);
    return { turn, result: await result };
  }

  it.each([
    'text-and-thought',
    'command-with-output',
    'write-and-edit',
    'plan',
    'error-429-retry',
    'cut-thought',
  ])('runs %s to its end', async (name) => {
    play(fixture(name));
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items.length).toBeGreaterThan(0);
    expect(turn.controls?.models.map(({ id }) => id)).toContain('default');
  });

  it.each([
    ['permission-allow', 'allow', 'completed'],
    ['permission-deny', 'reject', 'declined'],
    ['permission-always', 'allow-always', 'completed'],
  ])('asks for permission: %s', async (name, optionId, status) => {
    play(fixture(name));
    const { turn, result } = await run({ permissionMode: 'ask-first', answer: () => ({ optionId }) });
    expect(result.outcome).toBe('completed');
    expect(turn.asks[0]).toMatchObject({
      detail: 'touch approved.txt && echo touched',
      options: [{ optionId: 'allow' }, { kind: 'allow_always' }, { kind: 'reject_once' }],
    });
    expect(turn.items.find(({ type }) => type === 'tool')).toMatchObject({ status });
  });

  it('asks questions', async () => {
    play(fixture('question'));
    const { turn } = await run({ answer: () => ({ answers: { 'question-1': ['Tea'] } }) });
    expect(turn.asks).toMatchObject([{ type: 'question.asked', questions: [{ questionId: 'question-1' }] }]);
    expect(turn.said).toContain('Tea');
  });

  it('asks about its plan', async () => {
    play(fixture('plan-mode'));
    const { turn, result } = await run({ permissionMode: 'plan', answer: () => ({ optionId: 'work' }) });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([{ title: 'Claude Code has a plan', detail: 'First look\nthen do\n' }]);
  });

  it('interrupts, keeps the text, and runs the next turn in the same program', async () => {
    play(fixture('interrupt-text'));
    const { turn, result } = begin();
    await turn.until(() => turn.said.endsWith('t15'));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await run()).turn.said).toBe('Here I am.');
    expect(readFileSync(path.join(root, 'starts'), 'utf8')).toBe('1');
  });

  it.each([
    ['steer-within', true],
    ['steer-after', true],
  ])('knows what becomes of a message while it works: %s', async (name, isTaken) => {
    play(fixture(name));
    const { turn, result } = begin();
    await turn.until(() => turn.items.length > 0);
    expect(await driver.steer(turn.turnId, 'aside', [])).toBe(isTaken);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(await driver.steer(turn.turnId, 'late', [])).toBe(false);
  });

  it('kills a program that does not react to the interruption', async () => {
    playWith('text-and-thought', '"message_start"', [], true);
    const { turn, result } = begin();
    await waitFor(() => turn.controls !== null);
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each([
    ['error-400', 'the model does not like this'],
    ['error-500-exhausted', "The model's server failed."],
    ['not-logged-in', 'Claude Code is not logged in.'],
  ])('fails with a reason: %s', async (name, reason) => {
    play(fixture(name));
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
    expect(turn.said).toBe('');
  });

  it('survives the death of the program and goes on with its conversation', async () => {
    play(fixture('resume-after-kill'));
    expect((await run()).result.outcome).toBe('completed');
    const { turn, result } = await run();
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    expect(turn.said).toMatch(/^t1 t2 t3 t4 t5/);
    expect(await run()).toMatchObject({ turn: { said: 'I am back.', notices: [] } });
  });

  it('starts afresh, and says so, when Claude Code has lost the conversation', async () => {
    mkdirSync(path.join(root, 'state'));
    writeFileSync(path.join(root, 'state', 'claude-conversation.json'), '{"conversationId":"lost"}');
    const complain = path.join(root, 'claude');
    const lost =
      '#!/bin/sh\ncase "$*" in *--resume*) echo "No conversation found with session ID: lost" >&2; exit 1;; esac\n';
    writeFileSync(complain, `${lost}exec ${player}\n`, { mode: 0o755 });
    play(fixture('text-and-thought'), { CLAUDE_BIN: complain });
    const { turn, result } = await run();
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh')]);
  });

  it('tells in the next turn what was said between turns', async () => {
    play(fixture('background-command'));
    expect((await run()).turn.said).toBe('started');
    const { turn } = await run();
    expect(turn.notices).toEqual([expect.stringContaining('went on by itself')]);
    expect(turn.said).toMatch(/next$/);
  });

  it('ignores what it does not know, and refuses what it cannot answer', async () => {
    playWith('text-and-thought', '"message_start"', [
      {
        from: 'agent',
        raw: 'not json\n\n[]\n{"type":"new_thing","x":1}\n{"type":"system","subtype":"new"}\n',
      },
      { from: 'agent', message: { type: 'control_request', request_id: 'x', request: { subtype: 'new' } } },
      { from: 'client', message: { type: 'control_response', response: { subtype: 'error' } } },
    ]);
    expect((await run()).result).toEqual({ outcome: 'completed' });
  });

  it('fails when an event cannot be reported', async () => {
    play(fixture('text-and-thought'));
    const turn = new RecordedTurn({ text: 'hi', workspacePath });
    turn.emit = () => Promise.reject(new Error('The disk is full'));
    expect(await driver.run(turn)).toMatchObject({ outcome: 'failed' });
  });

  it('remembers a conversation once it exists, and not before', async () => {
    play(fixture('text-and-thought'), { CLAUDE_BIN: '/bin/false' });
    expect((await run()).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('exit code 1'),
    });
    expect(existsSync(path.join(root, 'state', 'claude-conversation.json'))).toBe(false);
  });

  it('names what to do when there is no program at all', async () => {
    driver = new ClaudeDriver({
      config: readClaudeConfig({}),
      homePath: root,
      workspacePath,
      statePath: root,
      environment: { PATH: root },
    });
    expect(await driver.check()).toEqual({
      isAvailable: false,
      reason: expect.stringContaining('CLAUDE_BIN'),
    });
    expect((await run()).result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('CLAUDE_BIN'),
    });
  });
});

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.jsonl`, import.meta.url));
}
