import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { DataSource } from 'typeorm';
import type { ServerDataSource } from '../src/database/server-data-source.ts';
import { TicketsService } from '../src/modules/tickets/tickets.service.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { waitFor } from './support/wait-for.ts';

async function titles(app: TestApp, user: TestUser, query: string): Promise<readonly string[]> {
  const { body } = await app.as(user).get(`/api/sessions${query}`);
  return body.sessions.map(({ title }: { title: string }) => title);
}

function setRow(app: TestApp, id: string, assignment: string): Promise<unknown> {
  const { writeQueue } = app.get(DataSource) as ServerDataSource;
  return writeQueue.run((manager) => manager.query(`UPDATE sessions SET ${assignment} WHERE id = ?`, [id]));
}

describe('POST /api/sessions (seed: API Endpoints, Sessions: create new session)', () => {
  it('stores a session of its owner, with a label nobody can guess', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { status, body } = await app
      .as(user)
      .post('/api/sessions', { title: '  Fix the build ', agent: 'shell', provider: 'manual' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      title: 'Fix the build',
      agent: 'shell',
      provider: 'manual',
      containerStatus: 'absent',
      reason: null,
    });
    const [row] = await app.query(
      'SELECT owner_id, title, is_title_chosen, label FROM sessions WHERE id = ?',
      [body.id],
    );
    expect(row).toMatchObject({ owner_id: user.id, title: 'Fix the build', is_title_chosen: 1 });
    expect(row!.label).toMatch(/^[0-9a-f]{32}$/);
    expect(body.origin).toBe(app.origin.replace('localhost', `${String(row!.label)}.localhost`));
    expect(
      await app.query(`SELECT action, actor_id FROM audit_events WHERE session_id = ?`, [body.id]),
    ).toContainEqual({
      action: 'session.created',
      actor_id: user.loginId,
    });
  });

  it('names it when nobody does', async () => {
    await using app = await createTestApp();
    const { body } = await app.as(await app.addUser()).post('/api/sessions', {});
    expect(body.title).toBe('New session');
    expect(await app.query('SELECT is_title_chosen FROM sessions')).toEqual([{ is_title_chosen: 0 }]);
  });

  it('keeps what was chosen for the container', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const create = (request: object) =>
      app.as(user).post('/api/sessions', { provider: 'manual', ...request });
    expect((await create({})).body).toMatchObject({ size: 'medium', internet: true });
    const { body } = await create({ size: 'large' });
    expect(body).toMatchObject({ size: 'large', internet: true });
    expect((await app.as(user).get(`/api/sessions/${body.id}`)).body).toMatchObject({ size: 'large' });
  });

  it('refuses to switch off the internet where the provider cannot keep to that', async () => {
    await using app = await createTestApp();
    const { status, body } = await app
      .as(await app.addUser())
      .post('/api/sessions', { provider: 'manual', internet: false });
    expect([status, body.error.code]).toEqual([400, 'container.internet_stays_on']);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
  });

  it.each([
    ['a size that is none', { size: 'huge' }, 'size'],
    ['a word for the internet', { internet: 'no' }, 'internet'],
    ['a title that is too long', { title: 'x'.repeat(201) }, 'title'],
    ['a title of blanks', { title: '   ' }, 'title'],
    ['an unknown provider', { provider: 'cloud' }, 'provider'],
    ['an owner', { ownerId: 'me' }, 'ownerId'],
    ['a null', { agent: null }, 'agent'],
  ])('refuses %s, and names the field', async (_what, request, field) => {
    await using app = await createTestApp();
    const { status, body } = await app.as(await app.addUser()).post('/api/sessions', request);
    expect([status, body.error.code, body.error.details.fields[0].field]).toEqual([
      400,
      'request.invalid',
      field,
    ]);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
  });

  it('refuses a body that is no JSON, too large, compressed or of another type', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { cookie, 'sec-fetch-site': site } = {
      cookie: `codex-webapp-login=${user.cookie}`,
      'sec-fetch-site': 'same-origin',
    };
    const post = async (body: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${app.url}/api/sessions`, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': site, 'content-type': 'application/json', ...headers },
        body,
      });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await post('{')).toEqual([400, 'request.invalid']);
    expect(await post(JSON.stringify({ title: 'x'.repeat(300_000) }))).toEqual([413, 'request.too_large']);
    expect(await post('{}', { 'content-encoding': 'gzip' })).toEqual([415, 'request.unsupported_media_type']);
    expect(await post('title=x', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual([
      415,
      'request.unsupported_media_type',
    ]);
    expect(await post('{"title":"x"}', { 'content-type': 'text/plain' })).toEqual([
      415,
      'request.unsupported_media_type',
    ]);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
  });
});

describe('GET /api/sessions (seed: API Endpoints, Sessions: list all sessions)', () => {
  it('lists a user their own, newest first, page by page', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const [ada, bob] = [await app.addUser(), await app.addUser()];
    for (const title of ['one', 'two', 'three', 'four', 'five']) {
      await app.addSession(ada, { title });
      if (title !== 'three') clock.advance(1);
    }
    await app.addSession(bob, { title: 'not hers' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await app.as(ada).get(`/api/sessions?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.sessions.map(({ title }: { title: string }) => title));
      cursor = body.nextCursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(['one', 'two', 'three', 'four', 'five']));
    expect([seen[0], seen[3], seen[4]]).toEqual(['five', 'two', 'one']);
  });

  it('finds words of titles and messages, and takes nothing typed for an operator', async () => {
    await using app = await createTestApp();
    const [ada, bob] = [await app.addUser(), await app.addUser()];
    const build = await app.addSession(ada, { title: 'Fix the Crème build' });
    await app.addSession(ada, { title: 'Other' });
    await app.addSession(bob, { title: 'Fix his build' });
    const { writeQueue } = app.get(DataSource) as ServerDataSource;
    await writeQueue.run((manager) =>
      manager.query(
        `INSERT INTO messages (id, session_id, position, role, author_kind, text, created_at)
         VALUES ('m1', ?, 1, 'assistant', 'container', 'a zebra crossed', 0)`,
        [build.id],
      ),
    );
    const find = (q: string) => titles(app, ada, `?q=${encodeURIComponent(q)}`);
    expect(await find('creme')).toEqual(['Fix the Crème build']);
    expect(await find('fix bui')).toEqual(['Fix the Crème build']);
    expect(await find('zebra')).toEqual(['Fix the Crème build']);
    for (const q of [
      '"',
      'fix"',
      '"fix" OR',
      'NOT other',
      'NEAR(fix',
      '*',
      'text:fix',
      "';--",
      '\u0000',
      '-',
      'fix AND',
      '^fix',
    ]) {
      const { status } = await app.as(ada).get(`/api/sessions?q=${encodeURIComponent(q)}`);
      expect([q, status]).toEqual([q, 200]);
    }
    expect(await find('his')).toEqual([]);
    expect(await find('   ')).toHaveLength(2);
  });

  it('filters by what a session needs', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const states = {
      archived: `archived_at = 1, container_status = 'error'`,
      failed: `container_status = 'error', pending_requests = 1`,
      'needs-you': `container_status = 'running', pending_requests = 1, running_turn_id = 't'`,
      running: `container_status = 'running', running_turn_id = 't'`,
      stopped: `container_status = 'stopped'`,
      idle: `container_status = 'running'`,
    };
    for (const [status, assignment] of Object.entries(states)) {
      const { id } = await app.addSession(user, { title: status });
      await setRow(app, id, assignment);
    }
    for (const status of Object.keys(states))
      expect(await titles(app, user, `?status=${status}`)).toEqual([status]);
    const { body } = await app.as(user).get('/api/sessions');
    for (const session of body.sessions) expect(session.status).toBe(session.title);
    expect([...(await titles(app, user, ''))].sort()).toEqual(
      Object.keys(states)
        .filter((status) => status !== 'archived')
        .sort(),
    );
    expect(await titles(app, user, '?q=archived')).toEqual(['archived']);
  });

  it.each([
    'limit=0',
    'limit=9999',
    'limit=x',
    'status=busy',
    'cursor=!!',
    'cursor=e30',
    'q=a&q=b',
    'order=up',
  ])('refuses ?%s', async (query) => {
    await using app = await createTestApp();
    const { status, body } = await app.as(await app.addUser()).get(`/api/sessions?${query}`);
    expect([status, body.error.code]).toEqual([400, 'request.invalid']);
  });
});

describe('GET and PATCH /api/sessions/:id', () => {
  it('renames, switches agent and mode, archives and brings back', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { id } = await app.addSession(user);
    const patch = async (request: object) => (await app.as(user).patch(`/api/sessions/${id}`, request)).body;
    expect(await patch({ title: 'Renamed' })).toMatchObject({ title: 'Renamed' });
    expect(await app.query('SELECT is_title_chosen FROM sessions')).toEqual([{ is_title_chosen: 1 }]);
    expect(await app.query('SELECT text FROM search_index')).toEqual([{ text: 'Renamed' }]);
    const entries = await app.query('SELECT type, body FROM entries ORDER BY position DESC LIMIT 1');
    expect(entries).toEqual([
      { type: 'session.changed', body: expect.stringContaining('"title":"Renamed"') },
    ]);
    expect(await patch({ agent: 'codex', permissionMode: 'ask-first' })).toMatchObject({
      agent: 'codex',
      permissionMode: 'ask-first',
    });
    expect(await patch({ isArchived: true })).toMatchObject({
      status: 'archived',
      archivedAt: expect.any(String),
    });
    expect(await patch({ isArchived: false })).toMatchObject({ archivedAt: null });
    expect((await app.as(user).get(`/api/sessions/${id}`)).body).toMatchObject({
      title: 'Renamed',
      agent: 'codex',
    });
    expect((await app.as(user).patch(`/api/sessions/${id}`, { title: null })).status).toBe(400);
  });

  it('answers a stranger exactly as for a session that does not exist', async () => {
    await using app = await createTestApp();
    const [ada, bob] = [await app.addUser(), await app.addUser()];
    const { id } = await app.addSession(ada, { title: 'hers' });
    const ask = async (sessionId: string) => {
      const path = `/api/sessions/${sessionId}`;
      const client = app.as(bob);
      const answers = [
        await client.get(path),
        await client.patch(path, { title: 'his' }),
        await client.delete(path),
        await client.post(`${path}/ws-ticket`, {}),
      ];
      return answers.map(({ status, body }) => ({ status, body: { ...body, requestId: '' } }));
    };
    const foreign = await ask(id);
    expect(foreign).toEqual(await ask('5f0c8f0e-0000-4000-8000-000000000000'));
    expect(
      foreign.every(({ status, body }) => status === 404 && body.error.code === 'session.not_found'),
    ).toBe(true);
    expect(await app.query('SELECT title, deleting_at FROM sessions')).toEqual([
      { title: 'hers', deleting_at: null },
    ]);
  });
});

describe('DELETE /api/sessions/:id (seed: API Endpoints, Sessions: delete session)', () => {
  it('removes the session and everything that belongs to it', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { id } = await app.addSession(user, { title: 'Gone soon' });
    const kept = await app.addSession(user, { title: 'Kept' });
    expect((await app.as(user).delete(`/api/sessions/${id}`)).status).toBe(204);
    expect((await app.as(user).get(`/api/sessions/${id}`)).status).toBe(404);
    await waitFor(async () => (await app.query('SELECT id FROM sessions')).length === 1);
    for (const table of ['search_index', 'search_index_rows'])
      expect(await app.query(`SELECT session_id FROM ${table}`)).toEqual([{ session_id: kept.id }]);
    expect((await app.as(user).delete(`/api/sessions/${id}`)).status).toBe(404);
  });

  it('is finished after a crash in the middle of it', async () => {
    const first = await createTestApp();
    await using again = await (async () => {
      const user = await first.addUser();
      const { id } = await first.addSession(user);
      await setRow(first, id, 'deleting_at = 1');
      await first.server.stop();
      return createTestApp({ folder: first.folder });
    })();
    await waitFor(async () => (await again.query('SELECT id FROM sessions')).length === 0);
  });
});

describe('POST /api/sessions/:id/ws-ticket', () => {
  it("gives a ticket for the session's own origin, good once and for 30 seconds", async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { id, origin } = await app.addSession(user);
    const { status, body } = await app.as(user).post(`/api/sessions/${id}/ws-ticket`, {});
    expect([status, body.url]).toEqual([201, null]);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(30_000);
    const tickets = app.get(TicketsService);
    expect(tickets.redeem(body.ticket, 'socket', { sessionId: id, origin }).user.id).toBe(user.id);
    expect(() => tickets.redeem(body.ticket, 'socket', { sessionId: id, origin })).toThrow(/used before/);
  });

  it('gives the address that opens the session in the page, with the ticket in the fragment', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { id, origin } = await app.addSession(user);
    const { body } = await app.as(user).post(`/api/sessions/${id}/ws-ticket`, { purpose: 'enter' });
    expect(body.url).toBe(`${origin}/__session/enter#${body.ticket}`);
    const byToken = await app
      .withToken(await app.addToken(user))
      .post(`/api/sessions/${id}/ws-ticket`, { purpose: 'enter' });
    expect(byToken.status).toBe(403);
  });
});
