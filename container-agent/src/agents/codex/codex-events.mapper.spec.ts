import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { foldTurn, type MessageItem } from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { CodexEventsMapper } from './codex-events.mapper.ts';
import { codexNotificationSchema, type CodexNotification } from './codex-protocol.ts';

/** The notifications of one turn of a transcript; the first turn unless told. */
function readTurn(name: string, turn = 0): readonly CodexNotification[] {
  const file = new URL(`./fixtures/${name}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const notifications = lines.flatMap((line) => {
    const { from, message } = JSON.parse(line) as { from: string; message?: unknown };
    const parsed = codexNotificationSchema.safeParse(message);
    return from === 'agent' && parsed.success ? [parsed.data] : [];
  });
  const begins = notifications.flatMap(({ method }, index) => (method === 'turn/started' ? [index] : []));
  return notifications.slice(begins[turn], begins[turn + 1]);
}

function mapTurn(name: string): readonly AgentEvent[] {
  const mapper = new CodexEventsMapper('/workspace');
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

describe('CodexEventsMapper', () => {
  it('streams thoughts and messages token by token', () => {
    const events = mapTurn('text-and-thought');
    expect(textsOf(events, 'thought.delta')).toEqual(['I', ' will', ' look', ' first.']);
    expect(fold(events)).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Let me look at the files.' },
      { type: 'text', text: 'There are none.' },
    ]);
  });

  it('reports tokens and the context window', () => {
    expect(mapTurn('text-and-thought').at(-1)).toEqual({
      type: 'usage.updated',
      inputTokens: 1200,
      outputTokens: 80,
      contextTokens: 1280,
      contextWindow: 258_400,
    });
  });

  it('shows the command as it was typed, and its whole output at the end', () => {
    const events = mapTurn('command-with-output');
    expect(events.filter((event) => event.type === 'tool.delta')).toEqual([
      { type: 'tool.delta', toolCallId: expect.any(String), text: 'later\n' },
    ]);
    expect(fold(events)).toMatchObject([
      { type: 'tool', kind: 'execute', command: 'echo early; sleep 1; echo later', output: 'early\nlater\n' },
      { command: 'echo quick', status: 'completed', exitCode: 0, output: 'quick\n' },
      { command: 'echo wrong >&2; exit 3', status: 'failed', exitCode: 3, output: 'wrong\n' },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('shows file changes as diffs below the workspace', () => {
    expect(fold(mapTurn('write-and-edit'))).toMatchObject([
      {
        kind: 'edit',
        title: 'Create notes.txt',
        status: 'completed',
        diffs: [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' }],
      },
      {
        kind: 'edit',
        title: 'Edit notes.txt',
        diffs: [
          { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n line one\n-line two\n+line 2\n' },
        ],
      },
      { kind: 'read', title: 'Read notes.txt', command: "cat -- 'notes.txt'", output: 'line one\nline 2\n' },
      {
        kind: 'move',
        title: 'Move notes.txt to moved.txt',
        diffs: [
          {
            path: 'notes.txt',
            movedTo: 'moved.txt',
            patch: '@@ -1,2 +1,2 @@\n-line one\n+line 1\n line 2\n',
          },
        ],
      },
      {
        kind: 'delete',
        title: 'Delete moved.txt',
        diffs: [{ path: 'moved.txt', change: 'deleted', patch: '@@ -1,2 +0,0 @@\n-line 1\n-line 2\n' }],
      },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('replaces the plan', () => {
    expect(mapTurn('plan').filter((event) => event.type === 'plan.updated')).toEqual([
      {
        type: 'plan.updated',
        entries: [
          { content: 'look', status: 'in_progress' },
          { content: 'write', status: 'pending' },
          { content: 'test', status: 'pending' },
        ],
      },
      {
        type: 'plan.updated',
        entries: [
          { content: 'look', status: 'completed' },
          { content: 'write', status: 'in_progress' },
          { content: 'test', status: 'pending' },
        ],
      },
    ]);
  });

  it('marks what the user rejected', () => {
    expect(fold(mapTurn('permission-deny'))).toMatchObject([
      { type: 'text' },
      { type: 'tool', kind: 'execute', status: 'declined' },
      { type: 'tool', kind: 'edit', status: 'declined', diffs: [{ path: 'note.txt' }] },
      { type: 'text' },
    ]);
  });

  it('swallows what a retry repeats, and goes on in the same message', () => {
    const events = mapTurn('cut-stream-retry');
    expect(fold(events)).toMatchObject([
      { type: 'thought', text: 'Hm.' },
      { type: 'text', text: 'one' },
      { type: 'text', text: 'a b c d' },
      { type: 'notice', level: 'warning', text: expect.stringContaining('Codex asks again.') },
    ]);
    expect(textsOf(events, 'message.delta')).toEqual(['one', 'a', ' b', ' c', ' d']);
  });

  it('gives one notice for the same trouble, however often codex tries again', () => {
    const notices = mapTurn('error-429-retry').filter((event) => event.type === 'notice.raised');
    expect(notices).toEqual([
      { type: 'notice.raised', level: 'warning', text: expect.stringContaining('429 Too Many Requests') },
    ]);
  });

  it('keeps the text of an interrupted message', () => {
    expect(textsOf(mapTurn('interrupt-text'), 'message.delta').join('')).toMatch(/^t1 t2 .* t15/);
  });

  it('closes what is still running when the turn ends', () => {
    const mapper = new CodexEventsMapper('/workspace');
    const started = readTurn('interrupt-command').filter(({ method }) => method === 'item/started');
    for (const notification of started) mapper.toEvents(notification);
    const ended = mapper.endRunning('interrupted');
    expect(ended).toEqual([{ type: 'tool.ended', toolCallId: expect.any(String), status: 'interrupted' }]);
    expect(mapper.endRunning('interrupted')).toEqual([]);
  });
});
