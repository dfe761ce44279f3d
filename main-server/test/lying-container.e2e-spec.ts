import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outboxSeqMax } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { ConversationPage } from './support/conversation-page.ts';
import { asks, ends, says, startTurn, type StartedTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

/** What a liar can name: what is its own, what is another's, and what never was. */
interface Names {
  readonly epoch: string;
  readonly oldEpoch: string;
  readonly own: StartedTurn;
  readonly other: StartedTurn;
}

type Lie = (names: Names) => unknown;

const never: StartedTurn = { turnId: 'never-was', promptId: 'never-asked' };
const seqs = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.constantFrom<unknown>(
    0,
    -1,
    1.5,
    2 ** 31,
    outboxSeqMax,
    outboxSeqMax + 1,
    2 ** 51,
    2 ** 53,
    1e308,
    '7',
    null,
  ),
);
const epochs = fc.constantFrom<(names: Names) => string>(
  ({ epoch }) => epoch,
  ({ oldEpoch }) => oldEpoch,
  () => 'e'.repeat(32),
  () => 'no epoch',
);
const turns = fc.constantFrom<(names: Names) => StartedTurn>(
  ({ own }) => own,
  ({ other }) => other,
  ({ own, other }) => ({ turnId: own.turnId, promptId: other.promptId }),
  () => never,
);
const events = fc.constantFrom<(turn: StartedTurn) => unknown>(
  ({ turnId }) => says(turnId, 'a lie'),
  (turn) => ends(turn),
  (turn) => ends(turn, 'failed'),
  ({ turnId, promptId }) => ({ type: 'turn.started', turnId, promptId, agent: 'liar' }),
  ({ turnId }) => asks(turnId, 'request-of-the-liar'),
  ({ turnId }) => ({
    type: 'agent_request.closed',
    turnId,
    agentRequestId: 'unheard-of',
    reason: 'answered',
  }),
  ({ turnId }) => ({ type: 'tool.ended', turnId, toolCallId: 'c', status: 'completed', output: '\0\ud800' }),
  () => ({ type: 'dream.started' }),
  () => 'no event',
);

const eventsFrames: fc.Arbitrary<Lie> = fc
  .tuple(epochs, fc.array(fc.tuple(seqs, turns, events), { minLength: 1, maxLength: 6 }))
  .map(([epochOf, list]) => (names) => ({
    type: 'events',
    epoch: epochOf(names),
    events: list.map(([seq, turnOf, eventOf]) => ({ seq, at: 0, event: eventOf(turnOf(names)) })),
  }));
const otherFrames = fc.constantFrom<Lie>(
  ({ epoch }) => ({ type: 'ack', epoch, seq: 2 ** 53 }),
  ({ other }) => ({ type: 'prompt.accepted', promptId: other.promptId }),
  () => ({ type: 'prompt.accepted', promptId: 'x'.repeat(500) }),
  ({ epoch }) => ({ type: 'hello', outbox: { epoch, lastSeq: 2 ** 53 } }),
  () => ({ type: 'turn.interrupt', turnId: 'x' }),
  () => 'no frame',
);
const lies = fc.array(
  fc.oneof({ weight: 4, arbitrary: eventsFrames }, { weight: 1, arbitrary: otherFrames }),
  {
    minLength: 1,
    maxLength: 15,
  },
);

/** About its numbers, its turns and itself. */
describe('a container that lies', () => {
  let app: TestApp;
  let owner: TestUser;
  let honest: ScriptedContainer;
  let honestTurn: StartedTurn;
  let page: ConversationPage;

  beforeAll(async () => {
    app = await createTestApp();
    owner = await app.addUser();
    honest = await ScriptedContainer.connect(app, (await app.addSession(owner)).id);
    honestTurn = await startTurn(app, owner, honest, 'honest work');
    page = await ConversationPage.open(app, owner, honest.sessionId);
    await page.waitFor('snapshot');
  });
  afterAll(() => app[Symbol.asyncDispose]());

  async function linked(user: TestUser): Promise<{ liar: ScriptedContainer; names: Names }> {
    const { id } = await app.addSession(user);
    const liar = await ScriptedContainer.connect(app, id);
    const oldEpoch = liar.epoch;
    await liar.sendAcked(says('t', 'of the old outbox'), says('t', 'too'));
    liar.disconnect();
    liar.epoch = randomBytes(16).toString('hex');
    liar.seq = 0;
    await liar.connect();
    const own = await startTurn(app, user, liar, 'own work');
    return { liar, names: { epoch: liar.epoch, oldEpoch, own, other: honestTurn } };
  }

  /** All that the honest session holds, but for when it was last looked at. */
  async function honestRows(): Promise<string> {
    const id = [honest.sessionId];
    return JSON.stringify([
      await app.query('SELECT * FROM messages WHERE session_id = ? ORDER BY position', id),
      await app.query('SELECT * FROM entries WHERE session_id = ? ORDER BY position', id),
      await app.query('SELECT * FROM turns WHERE session_id = ?', id),
      await app.query('SELECT * FROM prompts WHERE session_id = ?', id),
      await app.query('SELECT * FROM agent_requests WHERE session_id = ?', id),
    ]);
  }

  /** It, or an honest one after it, is heard again and gets its next prompt. */
  async function assertStillUsable(user: TestUser, liar: ScriptedContainer): Promise<void> {
    liar.disconnect();
    const next = await ScriptedContainer.create(app, liar.sessionId);
    await next.connect();
    const [session] = await app.query<{ running_turn_id: string | null; prompt_id: string | null }>(
      `SELECT running_turn_id, (SELECT prompt_id FROM turns WHERE id = running_turn_id) AS prompt_id
       FROM sessions WHERE id = ?`,
      [liar.sessionId],
    );
    if (session?.running_turn_id && session.prompt_id)
      await next.sendAcked(ends({ turnId: session.running_turn_id, promptId: session.prompt_id }));
    const turn = await startTurn(app, user, next, 'go on');
    await next.sendAcked(says(turn.turnId, 'the truth'), ends(turn));
    next.disconnect();
  }

  it('harms nobody else, stalls nothing, and says nothing in another’s name', async () => {
    const user = await app.addUser();
    await fc.assert(
      fc.asyncProperty(lies, async (told) => {
        const before = await honestRows();
        const { liar, names } = await linked(user);
        for (const lie of told) {
          const frame = lie(names);
          liar.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
        }
        await assertStillUsable(user, liar);
        expect(await honestRows()).toBe(before);
        const users = await app.query<{ author_kind: string; author_id: string }>(
          `SELECT author_kind, author_id FROM messages WHERE session_id = ? AND role = 'user'`,
          [liar.sessionId],
        );
        expect(users).toEqual(users.map(() => ({ author_kind: 'user', author_id: user.id })));
        const answers = await app.query(
          `SELECT turn_id FROM messages WHERE session_id = ? AND role = 'assistant' GROUP BY turn_id HAVING COUNT(*) > 1`,
          [liar.sessionId],
        );
        expect(answers).toEqual([]);
        await honest.sendAcked(says(honestTurn.turnId, 'still here'));
      }),
      { numRuns: 30 },
    );
    expect(page.socket.frames.some(({ type }) => type === 'reset')).toBe(false);
    expect(page.socket.closeCode).toBeNull();
  });

  it.each([
    ['the largest number there is', outboxSeqMax],
    ['a number that no database keeps', 2 ** 51],
    ['a number that is not exact any more', 2 ** 53],
  ])('by jumping to %s is heard, and is not shown a reset', async (_what, seq) => {
    const { liar, names } = await linked(owner);
    const own = await ConversationPage.open(app, owner, liar.sessionId);
    await own.waitFor('snapshot');
    const event = says(names.own.turnId, 'far away');
    liar.socket.send({ type: 'events', epoch: liar.epoch, events: [{ seq, at: 0, event }] });
    if (seq <= outboxSeqMax) {
      await liar.acked(seq);
    } else {
      await liar.sendAcked(says(names.own.turnId, 'and back'));
      await own.entry(({ body }) => JSON.stringify(body).includes('and back'));
    }
    expect(own.socket.frames.some(({ type }) => type === 'reset')).toBe(false);
    expect(liar.socket.closeCode).toBeNull();
    own.close();
    liar.disconnect();
  });

  it('by changing its outbox back and forth in one breath is taken once', async () => {
    const { liar } = await linked(owner);
    const own = await ConversationPage.open(app, owner, liar.sessionId);
    await own.waitFor('snapshot');
    const other = 'd'.repeat(32);
    const numbered = (from: number) =>
      Array.from({ length: 50 }, (_, index) => ({ seq: from + index, at: 0, event: says('t', 'x') }));
    for (const epoch of [liar.epoch, other, liar.epoch, other])
      liar.socket.send({ type: 'events', epoch, events: numbered(epoch === other ? 1 : 2) });
    await waitFor(async () => {
      const rows = await app.query(
        `SELECT COUNT(*) AS count FROM entries WHERE session_id = ? AND epoch IN (?, ?) AND seq > 1`,
        [liar.sessionId, liar.epoch, other],
      );
      return rows[0]?.count === 99;
    });
    await liar.sendAcked(says('t', 'after all'));
    expect(own.socket.frames.some(({ type }) => type === 'reset')).toBe(false);
    own.close();
    liar.disconnect();
  });

  it('by ending one turn twice ends it once', async () => {
    const { liar, names } = await linked(owner);
    await liar.sendAcked(ends(names.own), ends(names.own, 'failed'));
    const [turn] = await app.query('SELECT status FROM turns WHERE id = ?', [names.own.turnId]);
    expect(turn).toEqual({ status: 'completed' });
    liar.disconnect();
  });
});
