import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { foldTurn, type MessageItem } from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { DroidEventsMapper } from './droid-events.mapper.ts';
import { droidNotificationSchema, type DroidNotification, droidRequestSchema } from './droid-protocol.ts';

interface Line {
  readonly from: string;
  readonly message?: { readonly params?: { readonly notification?: unknown } };
}

function readLines(name: string): readonly Line[] {
  const file = new URL(`./fixtures/${name}.jsonl`, import.meta.url);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function readTurn(name: string): readonly DroidNotification[] {
  return readLines(name).flatMap(({ message }) => {
    const { data } = droidNotificationSchema.safeParse(message?.params?.notification);
    return data ? [data] : [];
  });
}

function mapTurn(name: string): readonly AgentEvent[] {
  const mapper = new DroidEventsMapper('/workspace', () => 250_000);
  return readTurn(name).flatMap((notification) => mapper.toEvents(notification));
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

describe('DroidEventsMapper', () => {
  it('streams thoughts and messages token by token', () => {
    const events = mapTurn('text-and-thought');
    expect(textsOf(events, 'thought.delta')).toEqual(['I', ' will', ' look', ' first.']);
    expect(fold(events)).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Let me look at the files.' },
      { type: 'text', text: 'There are none.' },
    ]);
  });

  it('reports tokens and the context window, at the latest with the end of the turn', () => {
    const usage = mapTurn('command-with-output').filter(({ type }) => type === 'usage.updated');
    expect(usage.at(-1)).toEqual({
      type: 'usage.updated',
      inputTokens: expect.any(Number),
      outputTokens: expect.any(Number),
      contextTokens: expect.any(Number),
      contextWindow: 250_000,
    });
    const end = readTurn('text-and-thought').filter(({ type }) => type === 'agent_turn_completed');
    expect(end.flatMap((notification) => new DroidEventsMapper('/').toEvents(notification))).toEqual([
      { type: 'usage.updated', inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
    ]);
  });

  it('shows output as it comes, and the whole of it at the end without what droid adds', () => {
    const events = mapTurn('command-with-output');
    const deltas = events.flatMap((event) => (event.type === 'tool.delta' ? [event.text] : []));
    expect(deltas.slice(0, 2)).toEqual(['early\n', 'later\n']);
    expect(fold(events)).toMatchObject([
      { kind: 'execute', command: 'echo early; sleep 1; echo later', output: 'early\nlater\n' },
      { command: 'echo quick', status: 'completed', exitCode: 0, output: 'quick\n' },
      { command: 'echo wrong >&2; exit 3', status: 'failed', exitCode: 3, output: 'wrong\n' },
      { command: 'true', status: 'completed', exitCode: 0, output: '' },
      { command: 'nosuchcommand', status: 'failed', exitCode: 127, output: expect.stringContaining('bash') },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('shows what its own file tools did', () => {
    expect(fold(mapTurn('write-and-edit'))).toMatchObject([
      {
        kind: 'edit',
        title: 'Create notes.txt',
        diffs: [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,3 @@\n+one\n+two\n+three\n' }],
      },
      { kind: 'read', title: 'Read notes.txt', status: 'completed' },
      {
        kind: 'edit',
        title: 'Edit notes.txt',
        diffs: [{ path: 'notes.txt', patch: '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n' }],
      },
      { kind: 'edit', status: 'failed', output: expect.stringContaining('Error') },
      { type: 'text' },
    ]);
  });

  it('shows what patches did', () => {
    expect(fold(mapTurn('patches'))).toMatchObject([
      {
        kind: 'edit',
        title: 'Create notes.txt',
        diffs: [{ change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' }],
      },
      {
        title: 'Edit notes.txt',
        diffs: [{ change: 'updated', patch: '@@ -1,2 +1,2 @@\n line one\n-line two\n+line 2\n' }],
      },
      {
        kind: 'move',
        title: 'Move notes.txt to moved.txt',
        diffs: [{ path: 'notes.txt', change: 'moved', movedTo: 'moved.txt' }],
      },
      { kind: 'delete', title: 'Delete moved.txt', diffs: [{ path: 'moved.txt', change: 'deleted' }] },
      { type: 'text' },
    ]);
  });

  it('replaces the plan, and shows no tool call for it', () => {
    const events = mapTurn('plan');
    expect(events.filter(({ type }) => type === 'plan.updated')).toHaveLength(2);
    expect(fold(events)).toMatchObject([
      {
        type: 'plan',
        entries: [{ status: 'completed' }, { content: 'write', status: 'completed' }, { content: 'test' }],
      },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('marks what the user rejected', () => {
    const mapper = new DroidEventsMapper('/workspace');
    const events = readLines('permission-deny').flatMap(({ message }) => {
      const request = droidRequestSchema.safeParse(message).data;
      if (request?.method === 'droid.request_permission')
        mapper.reject(request.params.toolUses.map(({ toolUse }) => toolUse.id));
      const notification = droidNotificationSchema.safeParse(message?.params?.notification).data;
      return notification ? mapper.toEvents(notification) : [];
    });
    expect(fold(events)).toMatchObject([{ type: 'tool', kind: 'execute', status: 'declined' }]);
  });

  it('swallows what a retry repeats', () => {
    const events = mapTurn('cut-stream-retry');
    expect(fold(events)).toMatchObject([
      { type: 'thought', text: 'Hm.' },
      { type: 'text', text: 'one' },
      { type: 'text', text: 'a b c d' },
      { type: 'notice', level: 'warning', text: expect.stringContaining('Droid asks again.') },
    ]);
    expect(textsOf(events, 'message.delta')).toEqual(['one', 'a', ' b', ' c', ' d']);
  });

  it('gives one notice for the same trouble, however often droid tries again', () => {
    const notices = mapTurn('error-429-retry').filter((event) => event.type === 'notice.raised');
    expect(notices).toEqual([
      { type: 'notice.raised', level: 'warning', text: expect.stringContaining('429') },
    ]);
  });

  it('ends the call of an interrupted turn once, although droid says so twice', () => {
    const mapper = new DroidEventsMapper('/workspace');
    mapper.interrupt();
    const events = readTurn('interrupt-command').flatMap((notification) => mapper.toEvents(notification));
    expect(events.filter(({ type }) => type === 'tool.ended')).toEqual([
      { type: 'tool.ended', toolCallId: expect.any(String), status: 'interrupted' },
    ]);
    expect(fold(events)).toMatchObject([{ output: 'started\n', status: 'interrupted' }]);
  });

  it('closes what is still running when the turn ends', () => {
    const mapper = new DroidEventsMapper('/workspace');
    for (const notification of readTurn('interrupt-command'))
      if (notification.type !== 'tool_result') mapper.toEvents(notification);
    expect(mapper.endRunning('interrupted')).toEqual([
      { type: 'tool.ended', toolCallId: expect.any(String), status: 'interrupted' },
    ]);
    expect(mapper.endRunning('interrupted')).toEqual([]);
  });

  it('keeps what droid says about a failure', () => {
    const mapper = new DroidEventsMapper('/workspace');
    for (const notification of readTurn('error-400')) mapper.toEvents(notification);
    expect(mapper.lastError).toBe('400 the model does not like this');
  });
});
