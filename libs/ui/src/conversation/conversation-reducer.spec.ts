import { describe, expect, it } from '@jest/globals';
import type { Entry, EntryBody, ServerFrame, TurnEvent } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { conversationReducer } from './conversation-reducer.ts';
import { emptyConversation, type ConversationState } from './conversation-state.ts';
import { buildEntry, buildMessage, buildPrompt, buildRequest, buildSnapshot } from './testing/frames.ts';

function receive(state: ConversationState, ...frames: ServerFrame[]): ConversationState {
  return conversationReducer(state, { type: 'frames.received', frames });
}

const loaded = receive(emptyConversation, buildSnapshot());
const event = (turnEvent: TurnEvent): EntryBody => ({ type: 'turn.event', event: turnEvent });
const started = (turnId: string): EntryBody =>
  event({ type: 'turn.started', turnId, promptId: `prompt-of-${turnId}`, agent: 'codex' });
const delta = (turnId: string, text: string): EntryBody =>
  event({ type: 'message.delta', turnId, messageId: 'm', text });

const turnId = fc.constantFrom('turn-1', 'turn-2', 'turn-3');
const body: fc.Arbitrary<EntryBody> = fc.oneof(
  turnId.map(started),
  fc.tuple(turnId, fc.string({ maxLength: 8 })).map(([id, text]) => delta(id, text)),
  turnId.map((id) =>
    event({ type: 'tool.started', turnId: id, toolCallId: 'c', kind: 'execute', title: 'ls' }),
  ),
  fc
    .tuple(turnId, fc.string())
    .map(([id, text]) => event({ type: 'tool.delta', turnId: id, toolCallId: 'c', text })),
  turnId.map((id) => event({ type: 'turn.ended', turnId: id, promptId: 'p', outcome: 'completed' })),
  fc.tuple(turnId, fc.nat(5)).map(([id, n]): EntryBody => ({
    type: 'message.stored',
    message: buildMessage({ id: `message-${n}`, role: 'assistant', turnId: id }),
    foldsTurnId: id,
  })),
  fc
    .tuple(fc.nat(3), fc.constantFrom('queued', 'delivered', 'started', 'done', 'removed'))
    .map(([n, status]): EntryBody => ({
      type: 'prompt.changed',
      prompt: buildPrompt({ id: `prompt-${n}`, status }),
    })),
  fc.boolean().map((isPaused): EntryBody => ({ type: 'queue.changed', isPaused })),
  fc
    .constantFrom('pending', 'answered', 'expired')
    .map((status): EntryBody => ({ type: 'agent_request.changed', request: buildRequest({ status }) })),
  fc.constant<EntryBody>({ type: 'gap', fromSeq: 1, toSeq: 2, reason: 'lost' }),
);

/** Entries in order, each message standing at its entry's position. */
const history = fc.array(body, { minLength: 1, maxLength: 40 }).map((bodies) =>
  bodies.map((each, index): Entry => {
    const position = index + 1;
    if (each.type !== 'message.stored') return buildEntry(position, each);
    return buildEntry(position, { ...each, message: { ...each.message, position } });
  }),
);

describe('conversationReducer', () => {
  describe('entries', () => {
    it('give the same state however they are cut into frames', () => {
      fc.assert(
        fc.property(history, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (entries, sizes) => {
          const frames: ServerFrame[] = [];
          for (let index = 0; index < entries.length;) {
            const size = sizes.next().value ?? 1;
            frames.push({ type: 'entries', entries: entries.slice(index, index + size) });
            index += size;
          }
          const whole = receive(loaded, { type: 'entries', entries });
          expect(receive(loaded, ...frames)).toEqual(whole);
          expect(frames.reduce((state, frame) => receive(state, frame), loaded)).toEqual(whole);
        }),
      );
    });

    it('change nothing when they are re-sent at or below the cursor', () => {
      fc.assert(
        fc.property(history, fc.nat(), fc.nat(), (entries, a, b) => {
          const state = receive(loaded, { type: 'entries', entries });
          const from = a % entries.length;
          const again = entries.slice(from, from + 1 + (b % entries.length));
          expect(receive(state, { type: 'entries', entries: again })).toBe(state);
        }),
      );
    });

    it('are the same after a loss and a resume from any point', () => {
      fc.assert(
        fc.property(history, fc.nat(), fc.nat(), (entries, seenAt, resumedAt) => {
          const seen = seenAt % (entries.length + 1);
          const resumed = resumedAt % (seen + 1);
          const before =
            seen === 0 ? loaded : receive(loaded, { type: 'entries', entries: entries.slice(0, seen) });
          const rest = entries.slice(resumed);
          const state = rest.length === 0 ? before : receive(before, { type: 'entries', entries: rest });
          expect(state).toEqual(receive(loaded, { type: 'entries', entries }));
        }),
      );
    });

    it('move the cursor to the last one', () => {
      const entries = [buildEntry(1, started('turn-1')), buildEntry(2, delta('turn-1', 'a'))];
      expect(receive(loaded, { type: 'entries', entries }).cursor).toEqual({ epoch: 'e.1', position: 2 });
    });

    it('are ignored between a reset and the snapshot that follows it', () => {
      const state = receive(loaded, { type: 'reset', reason: 'restored' });
      const entries = [buildEntry(9, started('turn-1'))];
      expect(receive(state, { type: 'entries', entries }).openTurns).toEqual([]);
    });
  });

  describe('a turn', () => {
    const entries = [
      buildEntry(1, started('turn-1')),
      buildEntry(2, delta('turn-1', 'hel')),
      buildEntry(3, delta('turn-1', 'lo')),
    ];
    const running = receive(loaded, { type: 'entries', entries });

    it('grows with its events', () => {
      expect(running.openTurns[0]?.turn.items).toEqual([{ type: 'text', id: 'm', text: 'hello' }]);
      expect(running.openTurns[0]?.startedAt).toBe(1_001);
    });

    it('makes way for the message that stands for it, and for no other', () => {
      const message = buildMessage({ id: 'answer', role: 'assistant', turnId: 'turn-1', position: 4 });
      const stored = buildEntry(4, { type: 'message.stored', message, foldsTurnId: 'turn-1' });
      const state = receive(running, { type: 'entries', entries: [stored] });
      expect(state.openTurns).toEqual([]);
      expect(state.messages).toEqual([message]);
    });

    it('is not opened again by a straggler of a stored answer', () => {
      const message = buildMessage({ role: 'assistant', turnId: 'turn-1' });
      const state = receive(emptyConversation, buildSnapshot({ messages: [message] }));
      const straggler = buildEntry(1, delta('turn-1', 'late'));
      expect(receive(state, { type: 'entries', entries: [straggler] }).openTurns).toEqual([]);
    });

    it('is the same from a snapshot in its middle', () => {
      const cursor = { epoch: 'e.1', position: 3 };
      expect(receive(emptyConversation, buildSnapshot({ cursor, openEntries: entries }))).toEqual(running);
    });
  });

  describe('an own prompt', () => {
    const sending = conversationReducer(loaded, {
      type: 'prompt.sending',
      clientRequestId: 'c-1',
      text: 'hi',
      images: [],
    });
    const prompt = buildPrompt({ clientRequestId: 'c-1' });
    const told = buildEntry(1, { type: 'prompt.changed', prompt });

    it('is shown until the history tells of it', () => {
      expect(sending.ownPrompts).toHaveLength(1);
      const state = receive(sending, { type: 'entries', entries: [told] });
      expect(state.ownPrompts).toEqual([]);
      expect(state.prompts).toEqual([prompt]);
    });

    it('does not come back when the answer to the call arrives after its entries', () => {
      const done = buildEntry(2, { type: 'prompt.changed', prompt: { ...prompt, status: 'done' } });
      const state = receive(sending, { type: 'entries', entries: [told, done] });
      const late = conversationReducer(state, { type: 'prompt.accepted', clientRequestId: 'c-1', prompt });
      expect(late).toBe(state);
    });

    it('stays between the answer to the call and its entry', () => {
      const state = conversationReducer(sending, { type: 'prompt.accepted', clientRequestId: 'c-1', prompt });
      expect(state.ownPrompts).toMatchObject([{ state: 'accepted', promptId: 'prompt-1' }]);
      expect(receive(state, { type: 'entries', entries: [told] }).ownPrompts).toEqual([]);
    });

    it('survives a snapshot that does not know it yet', () => {
      expect(receive(sending, buildSnapshot()).ownPrompts).toHaveLength(1);
      expect(receive(sending, buildSnapshot({ prompts: [prompt] })).ownPrompts).toEqual([]);
    });

    it('keeps its text when it failed, and is sending again when repeated', () => {
      const failed = conversationReducer(sending, {
        type: 'prompt.failed',
        clientRequestId: 'c-1',
        error: 'offline',
      });
      expect(failed.ownPrompts).toMatchObject([{ state: 'failed', text: 'hi', error: 'offline' }]);
      const again = conversationReducer(failed, {
        type: 'prompt.sending',
        clientRequestId: 'c-1',
        text: 'hi',
        images: [],
      });
      expect(again.ownPrompts).toMatchObject([{ state: 'sending', error: null }]);
    });
  });

  describe('an answered request', () => {
    it('is not opened again by a late pending', () => {
      const answered = conversationReducer(loaded, {
        type: 'request.answered',
        request: buildRequest({ status: 'answered' }),
      });
      const late = buildEntry(1, { type: 'agent_request.changed', request: buildRequest() });
      expect(receive(answered, { type: 'entries', entries: [late] }).requests['request-1']?.status).toBe(
        'answered',
      );
    });
  });

  describe('older messages', () => {
    it('go before what is there, each once', () => {
      const newest = [buildMessage({ id: 'c', position: 30 }), buildMessage({ id: 'd', position: 40 })];
      const state = receive(emptyConversation, buildSnapshot({ messages: newest, nextBefore: 30 }));
      const page = {
        messages: [buildMessage({ id: 'a', position: 10 }), buildMessage({ id: 'c', position: 30 })],
        nextBefore: null,
      };
      const older = conversationReducer(state, { type: 'older.loaded', before: 30, page });
      expect(older.messages.map(({ id }) => id)).toEqual(['a', 'c', 'd']);
      expect(older.nextBefore).toBeNull();
    });

    const messages = Array.from({ length: 9 }, (_, index) =>
      buildMessage({ id: `message-${index + 1}`, position: index + 1 }),
    );
    /** Six of nine messages, the older ones asked for by scrolling. */
    const scrolled = [
      { type: 'older.requested' } as const,
      { type: 'older.loaded', before: 7, page: { messages: messages.slice(3, 6), nextBefore: 4 } } as const,
    ].reduce(
      conversationReducer,
      receive(emptyConversation, buildSnapshot({ messages: messages.slice(6), nextBefore: 7 })),
    );
    const shown = (state: ConversationState) => state.messages.map(({ position }) => position);

    it('stay above a snapshot that goes on from them', () => {
      const asking = conversationReducer(scrolled, { type: 'older.requested' });
      const again = receive(asking, buildSnapshot({ messages: messages.slice(7), nextBefore: 8 }));
      expect(shown(again)).toEqual([4, 5, 6, 7, 8, 9]);
      expect([again.nextBefore, again.older]).toEqual([4, 'loading']);
      const page = { messages: messages.slice(0, 3), nextBefore: null };
      const whole = conversationReducer(again, { type: 'older.loaded', before: 4, page });
      expect([shown(whole), whole.nextBefore]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9], null]);
    });

    it('go where a snapshot begins with a message that is not known', () => {
      const far = [buildMessage({ id: 'message-20', position: 20 })];
      const again = receive(scrolled, buildSnapshot({ messages: far, nextBefore: 20 }));
      expect([shown(again), again.nextBefore, again.older]).toEqual([[20], 20, 'idle']);
      const other = [buildMessage({ id: 'of another history', position: 8 })];
      expect(shown(receive(scrolled, buildSnapshot({ messages: other, nextBefore: 8 })))).toEqual([8]);
    });

    it('leave no hole when they were asked for before a snapshot that does not go on from them', () => {
      const far = [buildMessage({ id: 'message-20', position: 20 })];
      const asking = conversationReducer(scrolled, { type: 'older.requested' });
      const again = receive(asking, buildSnapshot({ messages: far, nextBefore: 20 }));
      const page = { messages: messages.slice(0, 3), nextBefore: null };
      expect(conversationReducer(again, { type: 'older.loaded', before: 4, page })).toBe(again);
      expect(conversationReducer(again, { type: 'older.failed', before: 4 })).toBe(again);
    });
  });

  describe('requests of an agent that has died', () => {
    const changed = (overrides: Parameters<typeof buildRequest>[0]): EntryBody => ({
      type: 'agent_request.changed',
      request: buildRequest({ status: 'expired', ...overrides }),
    });
    const kept = { answer: { optionId: 'allow' }, kept: { text: 'You stopped…', promptId: null } };
    const sent = { ...kept, kept: { text: 'You stopped…', promptId: 'prompt-2' } };
    const after = (...bodies: EntryBody[]) =>
      receive(loaded, { type: 'entries', entries: bodies.map((each, index) => buildEntry(index + 1, each)) });

    it('are offered until the next turn begins', () => {
      const offered = after(started('turn-1'), changed({}));
      expect(Object.keys(offered.requests)).toEqual(['request-1']);
      expect(after(started('turn-1'), changed({}), delta('turn-2', 'straggler')).requests).toEqual(
        offered.requests,
      );
      expect(after(started('turn-1'), changed({}), started('turn-2')).requests).toEqual({});
    });

    it('stay where an answer is kept', () => {
      const { requests } = after(started('turn-1'), changed({}), changed(kept), started('turn-2'));
      expect(requests['request-1']).toMatchObject(kept);
    });

    it('never go back from what has become of them', () => {
      const { requests } = after(changed(sent), changed(kept), changed({}), changed({ status: 'pending' }));
      expect(requests['request-1']).toMatchObject(sent);
      const lost = after(changed({ status: 'answered', answer: kept.answer }), changed(kept));
      expect(lost.requests['request-1']).toMatchObject({ status: 'expired', ...kept });
    });
  });
});
