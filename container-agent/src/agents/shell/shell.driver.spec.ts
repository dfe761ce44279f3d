import { describe, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentRequestAnswer, PermissionMode } from '@codex-webapp/contracts';
import type { AgentEvent, PermissionAsk, QuestionAsk, TurnResult } from '../agent-driver.ts';
import { killTree } from '../../process/kill-tree.ts';
import { liveMaxLength } from './command-output.ts';
import { PlainText } from './plain-text.ts';
import { ShellDriver } from './shell.driver.ts';

interface Ran {
  readonly events: AgentEvent[];
  readonly result: TurnResult;
  readonly text: string;
  readonly turnId: string;
}

let turns = 0;

async function run(
  text: string,
  over: {
    mode?: PermissionMode;
    answer?: AgentRequestAnswer | null;
    emit?: () => Promise<void>;
    signal?: AbortSignal;
  } = {},
): Promise<Ran> {
  const workspacePath = mkdtempSync(path.join(tmpdir(), 'shell-'));
  const events: AgentEvent[] = [];
  const asked: (PermissionAsk | QuestionAsk)[] = [];
  const turnId = `shell-spec-${process.pid}-${(turns += 1)}`;
  const driver = new ShellDriver({ homePath: workspacePath, environment: { PATH: process.env['PATH'] } });
  const result = await driver.run({
    turnId,
    text,
    workspacePath,
    permissionMode: over.mode ?? 'full-auto',
    model: null,
    effort: null,
    imagePaths: [],
    offer: () => undefined,
    suggestTitle: () => undefined,
    transcript: null,
    isContinued: false,
    recall: () => Promise.resolve(null),
    signal: over.signal ?? new AbortController().signal,
    emit: async (event) => {
      events.push(event);
      await over.emit?.();
    },
    ask: async (request) => {
      asked.push(request);
      return over.answer ?? null;
    },
  });
  return {
    events,
    result,
    text: events.flatMap((event) => (event.type === 'tool.delta' ? event.text : [])).join(''),
    turnId,
  };
}

const ended = ({ events }: Ran) => events.find((event) => event.type === 'tool.ended');

describe('ShellDriver', () => {
  it('shows both streams in the order in which they were written', async () => {
    const ran = await run('echo 1; echo 2 >&2; echo 3; echo 4 >&2; exit 7');
    expect(ran.text).toBe('1\n2\n3\n4\n');
    expect(ended(ran)).toMatchObject({ status: 'failed', exitCode: 7 });
  });

  it('begins each message in the workspace with nothing to read', async () => {
    const ran = await run('cd /; cat; echo "read: $?"');
    expect(ran.text).toBe('read: 0\n');
  });

  it('does not cut characters at the borders of pieces', async () => {
    const ran = await run(
      `for i in $(seq 1 3000); do printf '漢字😀'; done; printf '\\xe6\\xbc'; sleep 0.2; printf '\\xa2'`,
    );
    expect(ran.text).toBe(`${'漢字😀'.repeat(3_000)}漢`);
  });

  it('streams a bounded part of endless output and ends with its newest part', async () => {
    const ran = await run('seq 1 2000000');
    expect(ran.text.length).toBeLessThan(liveMaxLength + 200_000);
    expect(ended(ran)).toMatchObject({
      truncated: true,
      output: expect.stringMatching(/1999999\n2000000\n$/),
    });
  });

  it('lets the command wait while nobody takes its output', async () => {
    const startedAt = performance.now();
    const ran = await run('head -c 300000 /dev/zero | tr "\\0" a', {
      emit: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
    expect(performance.now() - startedAt).toBeGreaterThan(200);
    expect(ran.text.length).toBeGreaterThan(liveMaxLength - 70_000);
  });

  it('ends although a background process holds the output, leaves it alive, and says so', async () => {
    const ran = await run('(while :; do echo noise; sleep 0.02; done) & sleep 600 & echo done');
    expect(ran.text).toContain('done');
    expect(ran.events.at(-1)).toMatchObject({
      type: 'notice.raised',
      text: expect.stringContaining('sleep ('),
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { killed } = await endLeftovers(ran.turnId);
    expect(killed).toBe(true);
  });

  it('ends within a second when interrupted', async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 300);
    const startedAt = performance.now();
    const ran = await run(`trap '' TERM INT; (setsid sleep 600 &); sleep 600; sleep 600`, {
      signal: interruption.signal,
    });
    expect(performance.now() - startedAt).toBeLessThan(1_800);
    expect(ran.result.outcome).toBe('interrupted');
    expect(ended(ran)).toMatchObject({ status: 'interrupted' });
  });

  it('says which signal ended a command, and what it cannot start', async () => {
    const killed = await run('kill -SEGV $$');
    expect(killed.events.at(-1)).toMatchObject({ text: expect.stringContaining('SIGSEGV') });
    const tooLong = await run('漢'.repeat(60_000));
    expect(tooLong.result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('too long') });
  });

  it('asks first where it must, and takes no answer for no', async () => {
    const denied = await run('touch x', { mode: 'ask-first', answer: { optionId: 'reject_once' } });
    expect([denied.result.outcome, ended(denied)?.status]).toEqual(['completed', 'declined']);
    const strange = await run('touch x', { mode: 'ask-first', answer: { optionId: 'made up' } });
    expect(ended(strange)?.status).toBe('declined');
    const unanswered = await run('touch x', { mode: 'ask-first', answer: null });
    expect(unanswered.result.outcome).toBe('interrupted');
    const allowed = await run('echo ok', { mode: 'ask-first', answer: { optionId: 'allow_once' } });
    expect(allowed.text).toBe('ok\n');
  });
});

describe('PlainText', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['a\u001b[2K\u001b[1Gb', 'ab'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bP1$r\u001b\\ok', 'ok'],
    ['10%\r20%\r\ndone\n', '10%\n20%\ndone\n'],
    ['a\u0007\u0000b', 'ab'],
    ['\u001b(Bplain', 'plain'],
  ])('makes %j plain, however it is cut', (given, expected) => {
    const bytes = Buffer.from(given);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const plain = new PlainText();
      expect(plain.write(bytes.subarray(0, cut)) + plain.write(bytes.subarray(cut)) + plain.end()).toBe(
        expected,
      );
    }
  });
});

async function endLeftovers(turnId: string): Promise<{ killed: boolean }> {
  const left = await killTree({ root: null, marker: turnId }, { graceMs: 0 });
  return { killed: left.length === 0 };
}
