import { describe, expect, it } from '@jest/globals';
import { toolOutputMaxLength, type TurnEvent } from '../agents/turn-events.ts';
import { emptyTurn, foldTurn, foldTurnEvent, textOf } from './fold-turn.ts';
import { messageItemSchema } from './message-items.ts';

const turnId = 't1';
const started: TurnEvent = { type: 'turn.started', turnId, promptId: 'p1', agent: 'codex' };
const says = (text: string, messageId = 'm1'): TurnEvent => ({
  type: 'message.delta',
  turnId,
  messageId,
  text,
});
const thinks = (text: string): TurnEvent => ({ type: 'thought.delta', turnId, messageId: 'r1', text });
const runs = (toolCallId = 'c1'): TurnEvent => ({
  type: 'tool.started',
  turnId,
  toolCallId,
  kind: 'execute',
  title: 'ls',
  command: 'ls',
});
const prints = (text: string): TurnEvent => ({ type: 'tool.delta', turnId, toolCallId: 'c1', text });
const ends = (outcome: 'completed' | 'interrupted' = 'completed'): TurnEvent => ({
  type: 'turn.ended',
  turnId,
  promptId: 'p1',
  outcome,
});
const asks: TurnEvent = {
  type: 'permission.requested',
  turnId,
  agentRequestId: 'a1',
  title: 'Run?',
  options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }],
};

function fold(...events: readonly TurnEvent[]) {
  return foldTurn(turnId, events);
}

describe('foldTurn', () => {
  it('joins the pieces of one text, and keeps texts apart that something stands between', () => {
    const turn = fold(started, says('He'), says('llo'), runs(), says('Bye', 'm2'));
    expect(turn.items.map((item) => (item.type === 'text' ? item.text : item.type))).toEqual([
      'Hello',
      'tool',
      'Bye',
    ]);
    expect(textOf(turn)).toBe('Hello\n\nBye');
  });

  it('keeps thoughts out of the text', () => {
    expect(textOf(fold(thinks('hm'), says('yes')))).toBe('yes');
  });

  it('lets the whole output of a command replace its pieces', () => {
    const turn = fold(runs(), prints('late'), {
      type: 'tool.ended',
      turnId,
      toolCallId: 'c1',
      status: 'completed',
      exitCode: 0,
      output: 'early late',
    });
    expect(turn.items).toMatchObject([
      { type: 'tool', status: 'completed', output: 'early late', exitCode: 0 },
    ]);
  });

  it('keeps what a command printed when its end says nothing of it', () => {
    const turn = fold(runs(), prints('a'), prints('b'), {
      type: 'tool.ended',
      turnId,
      toolCallId: 'c1',
      status: 'failed',
      exitCode: 2,
    });
    expect(turn.items).toMatchObject([{ output: 'ab', status: 'failed', exitCode: 2 }]);
  });

  it('keeps the newest part of a long output and says that it was cut', () => {
    const turn = fold(runs(), prints('x'.repeat(toolOutputMaxLength)), prints('end'));
    expect(turn.items).toMatchObject([{ truncated: true, output: expect.stringMatching(/xend$/) }]);
    expect(messageItemSchema.safeParse(turn.items[0]).success).toBe(true);
  });

  it('shows a tool call whose beginning was lost', () => {
    expect(fold(prints('out')).items).toMatchObject([
      { type: 'tool', id: 'c1', output: 'out', status: 'in_progress' },
    ]);
  });

  it('replaces the plan, and counts the tokens said last', () => {
    const turn = fold(
      { type: 'plan.updated', turnId, entries: [{ content: 'a', status: 'pending' }] },
      { type: 'plan.updated', turnId, entries: [{ content: 'a', status: 'completed' }] },
      { type: 'usage.updated', turnId, inputTokens: 1, outputTokens: 1 },
      { type: 'usage.updated', turnId, inputTokens: 5, outputTokens: 2, costUsd: 0.25 },
    );
    expect(turn.items).toEqual([
      { type: 'plan', id: 'plan', entries: [{ content: 'a', status: 'completed' }] },
    ]);
    expect(turn.usage).toMatchObject({ inputTokens: 5, outputTokens: 2, costUsd: 0.25 });
  });

  it('says what became of a request', () => {
    expect(fold(asks).items).toMatchObject([{ state: 'pending' }]);
    expect(
      fold(asks, { type: 'agent_request.closed', turnId, agentRequestId: 'a1', reason: 'answered' }).items,
    ).toMatchObject([{ state: 'answered' }]);
  });

  it('leaves nothing going on in a turn that ended', () => {
    const turn = fold(started, runs(), asks, ends('interrupted'));
    expect(turn).toMatchObject({
      outcome: 'interrupted',
      items: [{ status: 'interrupted' }, { state: 'expired' }],
    });
  });

  it('gives items that can be stored', () => {
    const turn = fold(
      started,
      thinks('a'),
      says('b'),
      runs(),
      asks,
      { type: 'notice.raised', turnId, level: 'info', text: 'n' },
      ends(),
    );
    for (const item of turn.items) expect(messageItemSchema.parse(item)).toMatchObject({ type: item.type });
  });

  it('passes over events of a newer container', () => {
    const turn = fold(started, says('a'));
    expect(foldTurnEvent(turn, { type: 'dream.started', turnId } as unknown as TurnEvent)).toBe(turn);
  });

  it('does not change the turn it was given', () => {
    const before = foldTurnEvent(emptyTurn(turnId), says('a'));
    foldTurnEvent(before, says('b'));
    expect(textOf(before)).toBe('a');
  });
});
