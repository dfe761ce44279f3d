import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedLog } from '../../test/support/recorded-log.ts';
import { RecordedTurn } from '../../test/support/recorded-turn.ts';
import { readAcpConfig } from './acp/acp.config.ts';
import { AcpDriver } from './acp/acp.driver.ts';
import type { AgentDriver } from './agent-driver.ts';
import { readClaudeConfig } from './claude/claude.config.ts';
import { ClaudeDriver } from './claude/claude.driver.ts';
import { readCodexConfig } from './codex/codex.config.ts';
import { CodexDriver } from './codex/codex.driver.ts';
import { readDroidConfig } from './droid/droid.config.ts';
import { DroidDriver } from './droid/droid.driver.ts';

interface Told {
  readonly driver: AgentDriver;
  readonly text: string;
}

interface Case {
  readonly id: string;
  readonly begin: () => Told;
  /** How often each message we do not know was said. */
  readonly counted: Readonly<Record<string, number>>;
}

let root: string;

/** What a newer program says, beside the whole of a turn that we do know. */
describe('messages of an agent that its driver does not know', () => {
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'unknown-messages-'));
    mkdirSync(path.join(root, 'workspace'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it.each<Case>([
    {
      id: 'codex',
      begin: () => ({ driver: createCodex(), text: 'hi' }),
      counted: { 'mood/changed': 2, 'mood/ask': 1, 'item/agentMessage/delta': 1, unknown: 1 },
    },
    {
      id: 'claude',
      begin: () => ({ driver: createClaude(), text: 'hi' }),
      counted: { mood: 2, 'system/mood': 1, 'control_request/mood': 1, stream_event: 1 },
    },
    {
      id: 'droid',
      begin: () => ({ driver: createDroid(), text: 'hi' }),
      counted: { mood_changed: 2, 'droid.ask_mood': 1, assistant_text_delta: 1, mood: 1 },
    },
    {
      id: 'acp',
      begin: () => ({ driver: createAcp(), text: toScript(acpSteps) }),
      counted: { mood: 2, 'mood/changed': 1, 'mood/ask': 1, agent_message_chunk: 1, 'no message': 1 },
    },
  ])('end no turn of $id, and are counted by name', async ({ begin, counted }) => {
    using log = new RecordedLog();
    const { driver, text } = begin();
    const turn = new RecordedTurn({ text, workspacePath: path.join(root, 'workspace') });
    const result = await driver.run(turn);
    await driver.close();
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.said).not.toBe('');
    expect(log.entries).toContainEqual({ msg: 'The agent said what we do not know', messages: counted });
  });
});

function createCodex(): AgentDriver {
  const says = (message: object) => ({ from: 'agent', message });
  const transcript = playBefore('codex', '"turn/completed"', [
    says({ method: 'mood/changed', params: {} }),
    says({ method: 'mood/changed', params: {} }),
    says({ method: 'item/agentMessage/delta', params: {} }),
    says({ mood: 'good' }),
    says({ id: 'q', method: 'mood/ask', params: {} }),
    { from: 'client', message: { id: 'q', error: {} } },
  ]);
  const env = { OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: 'http://127.0.0.1:4010/v1' };
  const config = readCodexConfig({ CODEX_BIN: support('replay-app-server.mjs'), ...env });
  return new CodexDriver({ config, ...foldersAnd(transcript) });
}

function createClaude(): AgentDriver {
  const says = (message: object) => ({ from: 'agent', message });
  const transcript = playBefore('claude', '"type":"result"', [
    says({ type: 'mood' }),
    says({ type: 'mood' }),
    says({ type: 'system', subtype: 'mood' }),
    says({ type: 'stream_event' }),
    says({ type: 'control_request', request_id: 'q', request: { subtype: 'mood' } }),
    { from: 'client', message: { type: 'control_response' } },
  ]);
  const config = readClaudeConfig({ CLAUDE_BIN: support('replay-claude.mjs'), ANTHROPIC_API_KEY: 'sk' });
  return new ClaudeDriver({ config, ...foldersAnd(transcript) });
}

function createDroid(): AgentDriver {
  const says = (message: object) => ({ from: 'agent', message: { jsonrpc: '2.0', ...message } });
  const notifies = (notification: object) =>
    says({ type: 'notification', method: 'droid.session_notification', params: { notification } });
  const transcript = playBefore('droid', '"agent_turn_completed"', [
    notifies({ type: 'mood_changed' }),
    notifies({ type: 'mood_changed' }),
    notifies({ type: 'assistant_text_delta' }),
    says({ type: 'mood', method: 'droid.mood' }),
    says({ type: 'request', id: 'q', method: 'droid.ask_mood', params: {} }),
    { from: 'client', message: { type: 'response', id: 'q' } },
  ]);
  const env = { DROID_API_KEY: 'sk', DROID_BASE_URL: 'http://127.0.0.1:4010/v1', DROID_MODEL: 'scripted' };
  const config = readDroidConfig({ DROID_BIN: support('replay-app-server.mjs'), ...env });
  return new DroidDriver({ config, ...foldersAnd(transcript) });
}

const acpSteps = [
  { update: { sessionUpdate: 'mood' } },
  { update: { sessionUpdate: 'mood' } },
  { update: { sessionUpdate: 'agent_message_chunk' } },
  { print: '{"jsonrpc":"2.0","method":"mood/changed"}' },
  { print: 'in a good mood' },
  { call: 'mood/ask' },
];

function createAcp(): AgentDriver {
  const agent = { id: 'somebody', name: 'Somebody', command: support('scripted-acp-agent.mjs') };
  const config = readAcpConfig({ ACP_AGENTS: JSON.stringify([agent]) });
  return new AcpDriver({ entry: config.agents.at(-1)!, config, ...foldersAnd('') });
}

function toScript(steps: readonly object[]): string {
  return steps.map((step) => JSON.stringify(step)).join('\n');
}

function support(file: string): string {
  return fileURLToPath(new URL(`../../test/support/${file}`, import.meta.url));
}

/** A recorded turn, with these lines put in before the one that holds the text. */
function playBefore(agent: string, text: string, lines: readonly object[]): string {
  const fixture = new URL(`./${agent}/fixtures/text-and-thought.jsonl`, import.meta.url);
  const recorded = readFileSync(fixture, 'utf8').trim().split('\n');
  const at = recorded.findIndex((line) => line.includes(text));
  const file = path.join(root, 'transcript.jsonl');
  const added = lines.map((line) => JSON.stringify(line));
  writeFileSync(file, [...recorded.slice(0, at), ...added, ...recorded.slice(at)].join('\n'));
  return file;
}

function foldersAnd(transcript: string) {
  return {
    homePath: root,
    workspacePath: path.join(root, 'workspace'),
    statePath: path.join(root, 'state'),
    environment: { PATH: process.env['PATH'], REPLAY_TRANSCRIPT: transcript },
  };
}
