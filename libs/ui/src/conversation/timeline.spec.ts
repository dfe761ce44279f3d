import { describe, expect, it } from '@jest/globals';
import { conversationReducer } from './conversation-reducer.ts';
import { emptyConversation } from './conversation-state.ts';
import { buildEntry, buildMessage, buildPrompt, buildSnapshot } from './testing/frames.ts';
import { toConversationView } from './timeline.ts';

type Overrides = Parameters<typeof buildSnapshot>[0];

function viewOf(overrides: Overrides) {
  const frames = [buildSnapshot(overrides)];
  return toConversationView(conversationReducer(emptyConversation, { type: 'frames.received', frames }));
}

const startOfTurn = buildEntry(2, {
  type: 'turn.event',
  event: { type: 'turn.started', turnId: 'turn-1', promptId: 'prompt-0', agent: 'codex' },
});

describe('toConversationView', () => {
  it('puts a running turn after the messages before it', () => {
    const view = viewOf({ messages: [buildMessage({ position: 1 })], openEntries: [startOfTurn] });
    expect(view.timeline.map(({ kind }) => kind)).toEqual(['message', 'turn']);
    expect(view.runningTurn?.turn.turnId).toBe('turn-1');
  });

  it('puts a running turn after what was said into it', () => {
    const messages = [
      buildMessage({ id: 'said', position: 1, role: 'user', turnId: 'turn-1' }),
      buildMessage({ id: 'steered', position: 5, role: 'user', turnId: 'turn-1' }),
    ];
    const view = viewOf({ messages, openEntries: [startOfTurn] });
    expect(view.timeline.map(({ key }) => key)).toEqual(['said', 'steered', 'turn-turn-1']);
  });

  it('draws the next prompt in the conversation while nothing runs, and the others as a queue', () => {
    const view = viewOf({ prompts: [buildPrompt({ id: 'a' }), buildPrompt({ id: 'b' })] });
    expect(view.timeline.map(({ key }) => key)).toEqual(['a']);
    expect(view.queue).toHaveLength(1);
  });

  it('leaves all in the queue while a turn runs or the queue is paused', () => {
    const prompts = [buildPrompt({ id: 'a' })];
    expect(viewOf({ prompts, openEntries: [startOfTurn] }).queue).toHaveLength(1);
    expect(viewOf({ prompts, isPaused: true }).queue).toHaveLength(1);
  });

  it('shows a begun prompt once, whether its message is here or not', () => {
    const prompts = [buildPrompt({ id: 'a', status: 'started' })];
    expect(viewOf({ prompts }).timeline.map(({ kind }) => kind)).toEqual(['prompt']);
    const messages = [buildMessage({ promptId: 'a' })];
    expect(viewOf({ prompts, messages }).timeline.map(({ kind }) => kind)).toEqual(['message']);
  });

  it('keeps the key of a turn when its message takes its place', () => {
    const live = viewOf({ openEntries: [startOfTurn] }).timeline[0]?.key;
    const stored = viewOf({ messages: [buildMessage({ role: 'assistant', turnId: 'turn-1' })] }).timeline[0]
      ?.key;
    expect(stored).toBe(live);
  });
});
