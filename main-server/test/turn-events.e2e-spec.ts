import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  turnEventPageLimits,
  type TurnEvent,
  type TurnEventListResponse,
  type TurnEventResponse,
} from '@codex-webapp/contracts';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { RawEventsRetention } from '../src/modules/history/raw-events-retention.ts';
import { OpenTurns } from '../src/modules/prompts/open-turns.ts';
import { asks, ends, finishTurn, says, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { SessionPage } from './support/session-page.ts';

const hourMs = 60 * 60 * 1_000;

describe('the events of a turn', () => {
  let clock: FakeClock;
  let app: TestApp;
  let user: TestUser;
  let container: ScriptedContainer;

  beforeEach(async () => {
    clock = new FakeClock(Date.now());
    app = await createTestApp({ clock, env: { HISTORY_RAW_EVENTS_DAYS: '0.125' } });
    user = await app.addUser();
    container = await ScriptedContainer.connect(app, (await app.addSession(user)).id);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const pathOf = (turnId: string, query = '') =>
    `/api/sessions/${container.sessionId}/turns/${turnId}/events${query}`;

  async function read(turnId: string, query = ''): Promise<TurnEventListResponse> {
    const { status, body } = await app.as(user).get(pathOf(turnId, query));
    expect(status).toBe(200);
    return body;
  }

  /** Page by page; what each answered. */
  async function readAll(turnId: string, limit: number): Promise<readonly TurnEventListResponse[]> {
    const pages = [];
    for (let after: number | null = 0; after !== null;) {
      const page: TurnEventListResponse = await read(turnId, `?limit=${limit}&after=${after}`);
      pages.push(page);
      after = page.nextAfter;
    }
    return pages;
  }

  const told = ({ events }: { readonly events: readonly TurnEventResponse[] }): readonly TurnEvent[] =>
    events.map(({ event }) => event);

  it('are what the container sent, in order, also once a message stands for them and it is gone', async () => {
    const before = container.seq;
    const turn = await startTurn(app, user, container);
    const { turnId, promptId } = turn;
    const sent: readonly TurnEvent[] = [
      { type: 'thought.delta', turnId, messageId: 't', text: 'hm' },
      { type: 'tool.started', turnId, toolCallId: 'c', kind: 'execute', title: 'ls', command: 'ls' },
      { type: 'tool.ended', turnId, toolCallId: 'c', status: 'completed', exitCode: 0, output: 'a\n' },
      asks(turnId, 'r1'),
      { type: 'agent_request.closed', turnId, agentRequestId: 'r1', reason: 'withdrawn' },
      { type: 'usage.updated', turnId, inputTokens: 5, outputTokens: 7, costUsd: 0.031 },
      says(turnId, 'done'),
    ];
    await container.sendAcked(...sent);
    await finishTurn(container, turn);
    // What another turn says is not among them.
    await container.sendAcked(says((await startTurn(app, user, container)).turnId, 'of another'));
    const { epoch } = container;
    container.disconnect();

    const answer = await read(turnId);
    const started = { type: 'turn.started', turnId, promptId, agent: 'shell' };
    expect(told(answer)).toEqual([started, ...sent, ends(turn)]);
    const seqs = answer.events.map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => before + 1 + index));
    expect(new Set(answer.events.map((event) => event.epoch))).toEqual(new Set([epoch]));
    const rows = await app.query<{ position: number; at: number }>(
      `SELECT position, at FROM entries WHERE turn_id = ? AND type = 'turn.event' ORDER BY position`,
      [turnId],
    );
    expect(answer.events.map(({ position, at }) => ({ position, at: Date.parse(at) }))).toEqual(rows);
    const [{ ended_at } = { ended_at: 0 }] = await app.query<{ ended_at: number }>(
      'SELECT ended_at FROM turns WHERE id = ?',
      [turnId],
    );
    const keptUntil = new Date(ended_at + 3 * hourMs).toISOString();
    expect(answer).toMatchObject({ nextAfter: null, keptUntil, wereDeleted: false });
  });

  it('of a turn that runs are those that came by now', async () => {
    const { turnId } = await startTurn(app, user, container);
    await container.sendAcked(says(turnId, 'one'));
    const first = await read(turnId);
    expect(first).toMatchObject({ nextAfter: null, keptUntil: null, wereDeleted: false });
    expect(told(first)).toHaveLength(2);
    await container.sendAcked(says(turnId, 'two'));
    const next = await read(turnId, `?after=${first.events.at(-1)?.position}`);
    expect(told(next)).toEqual([says(turnId, 'two')]);
  });

  it('come in pages, with nothing twice and nothing left out', async () => {
    const turn = await startTurn(app, user, container);
    await container.sendAcked(...Array.from({ length: 5 }, (_, index) => says(turn.turnId, `${index}`)));
    await finishTurn(container, turn);
    const all = await read(turn.turnId);
    expect(all.events).toHaveLength(7);
    const pages = await readAll(turn.turnId, 3);
    expect(pages.map(({ events }) => events.length)).toEqual([3, 3, 1]);
    expect(pages.flatMap(({ events }) => events)).toEqual(all.events);
    // A page that ends with the turn says so.
    expect((await read(turn.turnId, '?limit=7')).nextAfter).toBeNull();
  });

  it('come in smaller pages where they are large', async () => {
    const turn = await startTurn(app, user, container);
    const text = 'x'.repeat(16_000);
    for (let sent = 0; sent < 90; sent += 10)
      await container.sendAcked(...Array.from({ length: 10 }, () => says(turn.turnId, text)));
    await finishTurn(container, turn);
    const pages = await readAll(turn.turnId, turnEventPageLimits.pageMax);
    expect(pages.length).toBeGreaterThan(1);
    for (const { events } of pages) {
      const length = events.reduce((sum, { event }) => sum + JSON.stringify(event).length, 0);
      expect(length).toBeLessThanOrEqual(turnEventPageLimits.pageMaxBytes);
    }
    expect(pages.flatMap(({ events }) => events)).toHaveLength(92);
  });

  it('are said to be deleted once they are', async () => {
    const turn = await startTurn(app, user, container);
    await container.sendAcked(says(turn.turnId, 'hello'));
    await finishTurn(container, turn);
    const { keptUntil } = await read(turn.turnId);
    const retention = app.get(RawEventsRetention);
    // The time is over, and they have not been deleted by now.
    retention.keepEventsOf((_sessionId, turnIds) => Promise.resolve(turnIds));
    clock.advance(4 * hourMs);
    expect(await read(turn.turnId)).toMatchObject({ keptUntil, wereDeleted: false });
    app.get(OpenTurns).onModuleInit();
    await retention.run();
    // The newest of an outbox stays, whatever turn it is of.
    const left = await read(turn.turnId);
    expect(left).toMatchObject({ keptUntil, wereDeleted: true, nextAfter: null });
    expect(told(left)).toEqual([ends(turn)]);

    await finishTurn(container, await startTurn(app, user, container));
    await retention.run();
    expect(await read(turn.turnId)).toEqual({ events: [], nextAfter: null, keptUntil, wereDeleted: true });
  });

  it('are found by the owner of the session alone, under the session of the turn', async () => {
    const { turnId } = await startTurn(app, user, container);
    const other = await app.addUser();
    const { body: foreign, status } = await app.as(other).get(pathOf(turnId));
    const { body: absent } = await app.as(other).get(`/api/sessions/no-such/turns/${turnId}/events`);
    expect([status, foreign.error.code, foreign.error.message]).toEqual([
      404,
      'session.not_found',
      absent.error.message,
    ]);
    const { id } = await app.addSession(user);
    for (const path of [pathOf('no-such'), `/api/sessions/${id}/turns/${turnId}/events`]) {
      const { body } = await app.as(user).get(path);
      expect([path, body.error.code]).toEqual([path, 'turn.not_found']);
    }
  });

  it.each([
    ['after', '-1'],
    ['after', 'x'],
    ['limit', '0'],
    ['limit', `${turnEventPageLimits.pageMax + 1}`],
    ['sort', 'at'],
  ])('are not listed by a query with %s=%s, which is named', async (field, value) => {
    const { turnId } = await startTurn(app, user, container);
    const { status, body } = await app.as(user).get(pathOf(turnId, `?${field}=${value}`));
    expect([status, body.error.code]).toEqual([400, 'request.invalid']);
    expect(JSON.stringify(body.error.details)).toContain(`"${field}"`);
  });

  it('are shown on the origin of their session, and on no other', async () => {
    const turn = await startTurn(app, user, container);
    await finishTurn(container, turn);
    const { body: session } = await app.as(user).get(`/api/sessions/${container.sessionId}`);
    const page = await SessionPage.open(app, user, session);
    const path = `/api/turns/${turn.turnId}/events?limit=1`;
    const { status, body } = await page.ask(path);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual(await read(turn.turnId, '?limit=1'));
    expect((await (await SessionPage.open(app, user)).ask(path)).status).toBe(404);
  });
});
