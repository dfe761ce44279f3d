import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { foldTurn, type MessageItem } from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { ClaudeEventsMapper } from './claude-events.mapper.ts';
import { ClaudePlan } from './claude-plan.ts';
import { claudeMessageSchema, type ClaudeMessage } from './claude-protocol.ts';
import { ClaudeUsage } from './claude-usage.ts';

function readMessages(name: string): readonly ClaudeMessage[] {
  const file = new URL(`./fixtures/${name}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const { from, message } = JSON.parse(line) as { from: string; message?: unknown };
    const parsed = claudeMessageSchema.safeParse(message);
    return from === 'agent' && parsed.success ? [parsed.data] : [];
  });
}

function createMapper(): ClaudeEventsMapper {
  const options = { workspacePath: '/workspace', plan: new ClaudePlan(), usage: new ClaudeUsage() };
  return new ClaudeEventsMapper(options);
}

function map(name: string, mapper = createMapper()): readonly AgentEvent[] {
  return readMessages(name).flatMap((message) => mapper.toEvents(message));
}

function fold(events: readonly AgentEvent[]): readonly MessageItem[] {
  return foldTurn(
    'turn',
    events.map((event) => ({ ...event, turnId: 'turn' })),
  ).items;
}

function textsOf(events: readonly AgentEvent[], type: 'message.delta' | 'thought.delta') {
  return events.flatMap((event) => (event.type === type ? [event.text] : []));
}

describe('ClaudeEventsMapper', () => {
  it('streams thoughts and messages token by token', () => {
    const events = map('text-and-thought');
    expect(textsOf(events, 'thought.delta')).toEqual(['I', ' will', ' look', ' first.']);
    expect(fold(events)).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Let me look at the files.' },
      { type: 'tool', command: 'ls' },
      { type: 'text', text: 'There are none.' },
    ]);
  });

  it('adds up tokens and costs', () => {
    const usages = map('text-and-thought').filter((event) => event.type === 'usage.updated');
    const last = usages.at(-1);
    expect(last).toMatchObject({ contextWindow: 1_000_000, costUsd: expect.any(Number) });
    // Two answers: the context is what the second one was given, the tokens are those of both.
    expect(last?.inputTokens).toBeGreaterThan(last?.contextTokens ?? Infinity);
  });

  it('shows commands, their output and their exit code', () => {
    expect(fold(map('command-with-output'))).toMatchObject([
      {
        type: 'tool',
        kind: 'execute',
        command: 'echo early; echo later',
        exitCode: 0,
        output: 'early\nlater',
      },
      { command: 'echo wrong >&2; exit 3', status: 'failed', exitCode: 3, output: 'wrong' },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('shows file changes as diffs below the workspace', () => {
    expect(fold(map('write-and-edit'))).toMatchObject([
      {
        kind: 'edit',
        title: 'Write notes.txt',
        status: 'completed',
        diffs: [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' }],
      },
      { kind: 'read', title: 'Read notes.txt', output: 'line one\nline two\n' },
      {
        title: 'Edit notes.txt',
        diffs: [
          { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n line one\n-line two\n+line 2\n' },
        ],
      },
      {
        title: 'Write notes.txt',
        diffs: [
          { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,1 @@\n-line one\n-line 2\n+all new\n' },
        ],
      },
      { kind: 'read', status: 'failed', output: expect.stringContaining('does not exist') },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it.each(['plan', 'plan-todos'])('shows %s, and no tool calls for it', (name) => {
    const events = map(name);
    const plans = events.filter((event) => event.type === 'plan.updated');
    expect(events.some(({ type }) => type === 'tool.started')).toBe(false);
    expect(plans).toContainEqual({
      type: 'plan.updated',
      entries: [
        { content: 'look', status: 'in_progress' },
        { content: 'write', status: 'pending' },
        { content: 'test', status: 'pending' },
      ],
    });
  });

  it('marks what the user rejected', () => {
    expect(fold(map('permission-deny'))).toMatchObject([
      { type: 'tool', kind: 'execute', status: 'declined' },
      { type: 'tool', kind: 'edit', status: 'declined' },
      { type: 'text' },
    ]);
  });

  it.each([
    [
      'is announced',
      [{ type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 2, retry_delay_ms: 500 }],
    ],
    ['comes without a word', []],
    // Measured with Claude Code 2.1.330 on a busy machine: the whole blocks and the stop of what was cut off, yet no `message_delta`.
    ['follows a stop', [{ type: 'content_block_stop' }, { type: 'message_stop' }]],
  ])('swallows the thought that a retry repeats when it %s', (_, between) => {
    const start = (id: string) => ({
      type: 'message_start',
      message: { id, model: 'm', usage: {} },
    });
    const block = { type: 'content_block_start', index: 0 };
    const think = (thinking: string) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking },
    });
    const thought = [block, think('hm'), think(' so')];
    const stream = [start('a'), ...thought, ...between, start('b'), ...thought];
    const mapper = createMapper();
    const events = stream.flatMap((event) =>
      mapper.toEvents(
        claudeMessageSchema.parse(event.type === 'system' ? event : { type: 'stream_event', event }),
      ),
    );
    expect(textsOf(events, 'thought.delta')).toEqual(['hm', ' so']);
    expect(fold(events).filter(({ type }) => type === 'thought')).toMatchObject([{ text: 'hm so' }]);
    expect(fold(events).filter(({ type }) => type === 'notice')).toHaveLength(
      between.some(({ type }) => type === 'system') ? 1 : 0,
    );
  });

  it('shows an answer that is the same as the one before it', () => {
    expect(textsOf(map('background-command'), 'message.delta')).toEqual(['started', 'started', 'next']);
  });

  it('says that an answer broke off, and shows its rest', () => {
    const events = map('cut-text');
    expect(textsOf(events, 'message.delta').join('')).toBe('onea b c d');
    expect(events.filter(({ type }) => type === 'notice.raised')).toHaveLength(1);
  });

  it('gives one notice for the same trouble, however often it tries again', () => {
    const notices = map('error-429-retry').filter((event) => event.type === 'notice.raised');
    expect(notices).toEqual([
      { type: 'notice.raised', level: 'warning', text: expect.stringContaining('rate_limit, 429') },
    ]);
  });

  it('leaves the words of an error to the end of the turn', () => {
    expect(fold(map('error-400'))).toEqual([]);
    expect(fold(map('not-logged-in'))).toEqual([]);
  });

  it('keeps the text of an interrupted message', () => {
    expect(textsOf(map('interrupt-text'), 'message.delta').join('')).toMatch(/^t1 t2 .* t15/);
  });

  it('marks a command that the interruption ended', () => {
    const mapper = createMapper();
    mapper.interrupt();
    expect(fold(map('interrupt-command', mapper))).toMatchObject([{ type: 'tool', status: 'interrupted' }]);
  });

  it('closes what is still running when the turn ends', () => {
    const mapper = createMapper();
    const [started] = readMessages('interrupt-command').filter(({ type }) => type === 'assistant');
    mapper.toEvents(started!);
    const ended = mapper.endRunning();
    expect(ended).toEqual([{ type: 'tool.ended', toolCallId: expect.any(String), status: 'interrupted' }]);
    expect(mapper.endRunning()).toEqual([]);
  });

  it.each([
    [
      'rejected',
      [{ text: expect.stringContaining('is reached'), limitResetsAt: '2026-11-27T14:00:00.000Z' }],
    ],
    ['allowed_warning', [{ text: expect.stringContaining('nearly') }]],
    ['allowed', []],
  ])('tells a usage limit that is %s', (status, notices) => {
    const resetsAt = Date.parse('2026-11-27T14:00:00Z') / 1_000;
    const message = { type: 'rate_limit_event', rate_limit_info: { status, resetsAt } };
    expect(createMapper().toEvents(claudeMessageSchema.parse(message))).toMatchObject(notices);
  });

  it("leaves a helper's words to the agent, and shows what it does", () => {
    const parent = 'toolu_helper';
    const blocks = [
      { type: 'text', text: 'I look' },
      { type: 'tool_use', id: 'toolu_1', name: 'Grep', input: { pattern: 'x' } },
    ];
    const events = blocks.flatMap((block) =>
      createMapper().toEvents(
        claudeMessageSchema.parse({
          type: 'assistant',
          message: { id: 'm', content: [block] },
          parent_tool_use_id: parent,
        }),
      ),
    );
    expect(events).toEqual([
      { type: 'tool.started', toolCallId: 'toolu_1', kind: 'search', title: 'Search for x' },
    ]);
  });
});
