import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PreparingDatabase } from '../src/database/prepared-statements.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { asks, ends, says, startTurn, type StartedTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

/** What grows for as long as an installation is used. */
const growing = [
  'entries',
  'messages',
  'prompts',
  'turns',
  'agent_requests',
  'audit_events',
  'sessions',
  'search_index',
  'search_index_rows',
];

/** Sorts of what an index found and what does not grow: the statement says why it is few. */
const boundedSorts: readonly RegExp[] = [
  // Agent requests that wait, of one session.
  /FROM "agent_requests" .*"status" = \? *\)/,
  // The queue of one session.
  /FROM "prompts" .*"status" IN \(/,
  // The prompts of one turn, each by its own index.
  /FROM "prompts" .*"id" = \?.* OR .*"steered_turn_id" = \?/,
  // The events of the turns that run.
  /FROM entries INDEXED BY entries_turn /,
  /FROM turns WHERE session_id = \? ORDER BY started_at DESC LIMIT 20/,
];

/** Every statement of the app on its way to SQLite, as it is sent. */
class StatementLog {
  private readonly seen = new Set<string>();
  private readonly spies = (['run', 'all'] as const).map((how) => {
    const seen = this.seen;
    const original = PreparingDatabase.prototype[how];
    return jest.spyOn(PreparingDatabase.prototype, how).mockImplementation(function (
      this: PreparingDatabase,
      sql: string,
      ...rest: unknown[]
    ) {
      seen.add(sql);
      return original.call(this, sql, ...rest);
    });
  });

  /** What `work` says to the database, once each. */
  async during(work: () => Promise<unknown>): Promise<readonly string[]> {
    this.seen.clear();
    await work();
    return [...this.seen].filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql));
  }

  stop(): void {
    for (const spy of this.spies) spy.mockRestore();
  }
}

/** Ends by itself after the rows it needs, in the order of the index. */
const endsEarly = /\bLIMIT\b|^SELECT (MAX|MIN)\([^(),]*\)[^,]* FROM /i;

/** The tables, and the whole sessions, it reads from one end to the other, and what it sorts outside of an index. */
function problemsOf(
  plan: readonly string[],
  tables: readonly string[],
  { maySort = false, mayReadSession = false } = {},
): readonly string[] {
  return plan.filter((step) => {
    const [, scanned] = /^SCAN (\w+)/.exec(step) ?? [];
    // The full-text index is always «scanned»; what follows the colon says by what: nothing, its rowid, or words.
    const isScan =
      scanned !== undefined && tables.includes(scanned) && !/VIRTUAL TABLE INDEX \d+:\S/.test(step);
    const isWholeSession = !mayReadSession && /^SEARCH .*\(session_id=\?\)$/.test(step);
    return isScan || isWholeSession || (!maySort && step.includes('TEMP B-TREE'));
  });
}

describe('the statements of a conversation', () => {
  let app: TestApp;
  let user: TestUser;
  let container: ScriptedContainer;
  let sessionId: string;
  let turn: StartedTurn;
  let log: StatementLog;

  beforeAll(async () => {
    log = new StatementLog();
    app = await createTestApp();
    user = await app.addUser();
    ({ id: sessionId } = await app.addSession(user));
    container = await ScriptedContainer.connect(app, sessionId);
    turn = await startTurn(app, user, container);
    await container.sendAcked(says(turn.turnId, 'hello'), asks(turn.turnId, 'r1'));
  });
  afterAll(async () => {
    log.stop();
    await app[Symbol.asyncDispose]();
  });

  async function plan(sql: string): Promise<readonly string[]> {
    const count = sql.match(/\?/g)?.length ?? 0;
    const steps = await app.query<{ detail: string }>(
      `EXPLAIN QUERY PLAN ${sql}`,
      Array.from({ length: count }, () => 1),
    );
    return steps.map(({ detail }) => detail);
  }

  /** By the name it is known by within the statement. */
  function tablesOf(sql: string): readonly string[] {
    const named = /\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(\w+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?/gi;
    const names = [...sql.matchAll(named)].flatMap(([, table = '', alias = '']) =>
      growing.includes(table) ? [table, alias] : [],
    );
    return [...growing, ...names];
  }

  /** Of those that touch a growing table: none reads all of it, and none sorts. */
  async function expectIndexed(work: () => Promise<unknown>, { atLeast }: { readonly atLeast: number }) {
    const statements = await log.during(work);
    const touching = statements.filter((sql) =>
      growing.some((table) => new RegExp(`\\b${table}\\b`).test(sql)),
    );
    expect(touching.length).toBeGreaterThanOrEqual(atLeast);
    const bad: Record<string, readonly string[]> = {};
    for (const sql of touching) {
      const isFew = boundedSorts.some((pattern) => pattern.test(sql));
      const problems = problemsOf(await plan(sql), tablesOf(sql), {
        maySort: isFew,
        mayReadSession: endsEarly.test(sql) || !/\b(entries|messages|prompts|turns)\b/.test(sql),
      });
      if (problems.length > 0) bad[sql] = problems;
    }
    expect(bad).toEqual({});
  }

  const get = (path: string) => app.as(user).get(path);
  const post = (key: string) =>
    container.webhooks
      .with({ 'idempotency-key': key })
      .post(`/api/container-webhooks/${sessionId}/message`, { role: 'system', text: key });

  it('opens it with its newest messages and the events of the turn that runs', async () => {
    await expectIndexed(
      async () => {
        const page = await ConversationPage.open(app, user, sessionId);
        const { openEntries, requests } = await page.waitFor('snapshot');
        expect([openEntries.length > 0, requests.length]).toEqual([true, 1]);
        page.close();
      },
      { atLeast: 5 },
    );
  });

  it('reads an older page by its cursor', () =>
    expectIndexed(() => get(`/api/sessions/${sessionId}/messages?before=40&limit=10`), { atLeast: 2 }));

  it('reads the events of a turn', () =>
    expectIndexed(
      async () => {
        const { status } = await get(`/api/sessions/${sessionId}/turns/${turn.turnId}/events?limit=1`);
        expect(status).toBe(200);
      },
      { atLeast: 3 },
    ));

  it('resumes after a cursor', async () => {
    const page = await ConversationPage.open(app, user, sessionId);
    const { cursor } = await page.waitFor('snapshot');
    page.close();
    await post('after the cursor');
    await expectIndexed(
      async () => {
        const resumed = await ConversationPage.open(app, user, sessionId, cursor);
        await resumed.entry(({ position }) => position > cursor.position);
        resumed.close();
      },
      { atLeast: 2 },
    );
  });

  it('lists the queue, and what the agent asks', () =>
    expectIndexed(
      async () => {
        expect((await get(`/api/sessions/${sessionId}/prompts`)).status).toBe(200);
        expect((await get(`/api/sessions/${sessionId}/requests`)).status).toBe(200);
      },
      { atLeast: 3 },
    ));

  it('lists sessions, also the next page of them', () =>
    expectIndexed(
      async () => {
        await app.addSession(user);
        const { body } = await get('/api/sessions?limit=1');
        expect((await get(`/api/sessions?limit=1&cursor=${body.nextCursor}`)).status).toBe(200);
      },
      { atLeast: 2 },
    ));

  it('stores a message of a webhook, and finds one that was stored before', () =>
    expectIndexed(
      async () => {
        expect((await post('once')).status).toBe(201);
        expect((await post('once')).status).toBe(200);
      },
      { atLeast: 4 },
    ));

  it('renames a session, searches, and deletes one', () =>
    expectIndexed(
      async () => {
        const { id } = await app.addSession(user);
        expect((await app.as(user).patch(`/api/sessions/${id}`, { title: 'Renamed' })).status).toBe(200);
        expect((await get('/api/sessions?q=renamed')).body.sessions).toHaveLength(1);
        expect((await app.as(user).delete(`/api/sessions/${id}`)).status).toBe(204);
        await waitFor(
          async () => (await app.query('SELECT id FROM sessions WHERE id = ?', [id])).length === 0,
        );
      },
      { atLeast: 8 },
    ));

  it('stores a prompt, a turn and its events', () =>
    expectIndexed(
      async () => {
        await container.sendAcked(says(turn.turnId, 'more'), ends(turn));
        const next = await startTurn(app, user, container, 'again');
        await container.sendAcked(says(next.turnId, 'and more'), ends(next));
      },
      { atLeast: 8 },
    ));
});

describe('the look at a plan', () => {
  it('sees what is read to its end, and a sort', () => {
    const tables = ['messages'];
    expect(problemsOf(['SCAN messages'], tables)).toHaveLength(1);
    expect(problemsOf(['USE TEMP B-TREE FOR ORDER BY'], tables)).toHaveLength(1);
    const both = ['SCAN messages', 'USE TEMP B-TREE FOR ORDER BY'];
    expect(problemsOf(both, tables, { maySort: true })).toEqual(['SCAN messages']);
    const found = ['SEARCH messages USING INDEX messages_position (session_id=? AND position<?)'];
    expect(problemsOf(found, tables)).toEqual([]);
    expect(problemsOf(['SCAN other'], tables)).toEqual([]);
    const wholeSession = ['SEARCH messages USING INDEX messages_position (session_id=?)'];
    expect(problemsOf(wholeSession, tables)).toHaveLength(1);
    expect(problemsOf(wholeSession, tables, { mayReadSession: true })).toEqual([]);
  });
});
