import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { WriteQueue } from '../src/database/write-queue.ts';
import { RawEventsRetention } from '../src/modules/history/raw-events-retention.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, finishTurn, says, startTurn, type StartedTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** They stay for a configured time. */
describe('the raw events of turns', () => {
  let clock: FakeClock;
  let app: TestApp;
  let user: TestUser;
  let container: ScriptedContainer;

  beforeEach(async () => {
    clock = new FakeClock(Date.now());
    app = await createTestApp({ clock, env: { HISTORY_RAW_EVENTS_DAYS: '7' } });
    user = await app.addUser();
    container = await ScriptedContainer.connect(app, (await app.addSession(user)).id);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  async function tell(pieces: number): Promise<StartedTurn> {
    const turn = await startTurn(app, user, container);
    for (let sent = 0; sent < pieces; sent += 200) {
      const count = Math.min(200, pieces - sent);
      await container.sendAcked(
        ...Array.from({ length: count }, (_, index) => says(turn.turnId, `${sent + index} `)),
      );
    }
    return turn;
  }

  async function eventsOf(turnId: string): Promise<number> {
    const [row] = await app.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM entries WHERE type = 'turn.event' AND turn_id = ?`,
      [turnId],
    );
    return row?.count ?? 0;
  }

  const run = (): Promise<number> => app.get(RawEventsRetention).run();

  it('are kept for the configured time, and then deleted by themselves', async () => {
    const turn = await tell(30);
    await finishTurn(container, turn);
    await finishTurn(container, await tell(1));
    clock.advance(6 * dayMs);
    expect(await run()).toBe(0);
    expect(await eventsOf(turn.turnId)).toBe(32);
    clock.advance(1.1 * dayMs);
    await waitFor(async () => {
      clock.advance(60 * 60_000);
      return (await eventsOf(turn.turnId)) === 0;
    });
    const messages = await app.query<{ text: string }>('SELECT text FROM messages ORDER BY position');
    expect(messages.map(({ text }) => text)).toEqual(['do it', 'the answer', 'do it', 'the answer']);
  });

  it('take along nothing that keeps a container from ending an old turn in another way', async () => {
    const turn = await tell(3);
    await finishTurn(container, turn);
    await finishTurn(container, await tell(1));
    clock.advance(8 * dayMs);
    await run();
    expect(await eventsOf(turn.turnId)).toBe(0);
    await container.sendAcked({ ...ends(turn, 'failed'), reason: 'It never happened.' });
    const rows = await app.query('SELECT status, reason FROM turns WHERE id = ?', [turn.turnId]);
    expect(rows).toEqual([{ status: 'completed', reason: null }]);
  });

  it('of a turn without a message stay, however old', async () => {
    const open = await tell(5);
    clock.advance(100 * dayMs);
    expect(await run()).toBe(0);
    expect(await eventsOf(open.turnId)).toBe(6);
  });

  it('of turns nobody knows go too, but the one that says how far the container was heard', async () => {
    await container.sendAcked(...Array.from({ length: 9 }, () => says('never-was', 'x')));
    clock.advance(8 * dayMs);
    expect(await run()).toBe(8);
    expect(await eventsOf('never-was')).toBe(1);
  });

  it('are deleted in small steps, between which others write', async () => {
    const turn = await tell(1_600);
    await finishTurn(container, turn);
    clock.advance(8 * dayMs);
    const writeQueue = app.get(WriteQueue);
    let longest = 0;
    const deletion = { isDone: false };
    const running = run().finally(() => (deletion.isDone = true));
    let others = 0;
    while (!deletion.isDone) {
      const startedAt = performance.now();
      await writeQueue.run((manager) => manager.query('UPDATE users SET username = username'));
      longest = Math.max(longest, performance.now() - startedAt);
      others += 1;
    }
    // The end of the turn stays, as the newest of its epoch.
    expect(await running).toBe(1_601);
    expect(others).toBeGreaterThan(3);
    expect(longest).toBeLessThan(1_000);
  });

  it('leave no hole for a client that comes back: it gets a snapshot', async () => {
    const page = await ConversationPage.open(app, user, container.sessionId);
    const { cursor } = await page.waitFor('snapshot');
    page.close();
    await finishTurn(container, await tell(20));
    clock.advance(8 * dayMs);
    expect(await run()).toBeGreaterThan(0);
    const [last] = await app.query<{ position: number }>(
      'SELECT MAX(position) AS position FROM entries WHERE session_id = ?',
      [container.sessionId],
    );
    const back = await ConversationPage.open(app, user, container.sessionId, cursor);
    const snapshot = await back.waitFor('snapshot');
    expect(snapshot.cursor).toEqual({ epoch: cursor.epoch, position: last?.position });
    expect(back.entries).toEqual([]);
    expect(snapshot.messages.map(({ text }) => text)).toEqual(['do it', 'the answer']);
    back.close();
    // One that missed nothing but what is there goes on where it was.
    await container.sendAcked(says('later', 'x'));
    const near = await ConversationPage.open(app, user, container.sessionId, snapshot.cursor);
    const entry = await near.entry(({ body }) => body.type === 'turn.event');
    expect(entry.position).toBe(snapshot.cursor.position + 1);
    near.close();
  });

  it('are not taken again when the container repeats them, in this outbox or an older one', async () => {
    const turn = await tell(20);
    await finishTurn(container, turn);
    const { epoch, seq } = container;
    clock.advance(8 * dayMs);
    await run();
    const count = async () =>
      (await app.query('SELECT 1 FROM entries WHERE session_id = ?', [container.sessionId])).length;
    const before = await count();
    const repeatAll = async (): Promise<void> => {
      container.epoch = epoch;
      container.seq = 0;
      const again = Array.from({ length: seq }, () => says(turn.turnId, 'again'));
      await container.sendAcked(...again);
    };
    await repeatAll();
    expect(await count()).toBe(before);
    container.epoch = 'f'.repeat(32);
    container.seq = 0;
    await container.sendAcked(says('t', 'of another outbox'));
    container.disconnect();
    await container.connect();
    await repeatAll();
    expect(await count()).toBe(before + 1);
  });
});
