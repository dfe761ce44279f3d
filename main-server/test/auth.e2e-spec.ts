import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { SetupService } from '../src/modules/auth/setup.service.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';

const password = 'a fine long password';
const hourMs = 60 * 60 * 1_000;

async function setupToken(app: TestApp): Promise<string> {
  const link = await app.get(SetupService).findLink();
  return link?.split('#')[1] ?? '';
}

function cookieOf(headers: { 'set-cookie'?: unknown }): string {
  const cookies = headers['set-cookie'] as string[];
  return cookies.find((cookie) => cookie.startsWith('codex-webapp-login=')) ?? '';
}

function valueOf(cookie: string): string {
  return cookie.split(';')[0]?.split('=')[1] ?? '';
}

describe('POST /api/auth/setup', () => {
  it('makes the first admin with the token of the link, and logs them in', async () => {
    await using app = await createTestApp();
    const token = await setupToken(app);
    const { status, body, headers } = await app
      .anonymous()
      .post('/api/auth/setup', { token, username: 'Ada', password });
    expect(status).toBe(201);
    expect(body).toMatchObject({ user: { username: 'Ada', role: 'admin' }, via: 'login' });
    expect(await app.query('SELECT username_key, role FROM users')).toEqual([
      { username_key: 'ada', role: 'admin' },
    ]);
    const me = await app.as({ cookie: valueOf(cookieOf(headers)) }).get('/api/auth/me');
    expect(me.body).toEqual(body);
    expect(await app.query('SELECT action, actor_kind FROM audit_events')).toEqual([
      { action: 'setup.done', actor_kind: 'login' },
    ]);
  });

  it('refuses a wrong token with 403 and a second use with 410', async () => {
    await using app = await createTestApp();
    const wrong = await app.anonymous().post('/api/auth/setup', { token: 'x', username: 'ada', password });
    expect([wrong.status, wrong.body.error.code]).toEqual([403, 'setup.token_invalid']);
    expect(await app.query('SELECT id FROM users')).toEqual([]);
    const token = await setupToken(app);
    expect((await app.anonymous().get('/api/auth/setup')).body).toEqual({ setupNeeded: true });
    await app.anonymous().post('/api/auth/setup', { token, username: 'ada', password });
    expect((await app.anonymous().get('/api/auth/setup')).body).toEqual({ setupNeeded: false });
    const again = await app.anonymous().post('/api/auth/setup', { token, username: 'bob', password });
    expect([again.status, again.body.error.code]).toEqual([410, 'setup.done']);
    expect(await app.get(SetupService).findLink()).toBeNull();
  });

  it('names the fields of a common password and of a name with odd characters', async () => {
    await using app = await createTestApp();
    const token = await setupToken(app);
    const { status, body } = await app
      .anonymous()
      .post('/api/auth/setup', { token, username: 'a b', password: 'Password123' });
    expect(status).toBe(400);
    expect(body.error.details.fields.map(({ field }: { field: string }) => field)).toEqual([
      'username',
      'password',
    ]);
  });
});

describe('POST /api/auth/login (seed: API Endpoints, Authentication)', () => {
  it('makes a login whose cookie is host-only, HttpOnly and SameSite, and stands hashed in the database', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { status, headers, body } = await app
      .anonymous()
      .post('/api/auth/login', { username: user.username, password: user.password });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ id: user.id, username: user.username });
    const cookie = cookieOf(headers);
    expect(cookie).toMatch(/^codex-webapp-login=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    const rows = await app.query('SELECT * FROM logins WHERE user_id = ?', [user.id]);
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(valueOf(cookie));
    expect(await app.query('SELECT password_hash FROM users WHERE id = ?', [user.id])).toEqual([
      { password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$/) },
    ]);
  });

  it('uses a __Host- cookie that is Secure behind TLS', async () => {
    await using app = await createTestApp({ env: { PUBLIC_URL: 'https://agents.example.com' } });
    const user = await app.addUser();
    const { headers } = await app
      .anonymous()
      .post('/api/auth/login', { username: user.username, password: user.password });
    const cookies = headers['set-cookie'] as unknown as string[];
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies)
      expect(cookie).toMatch(/^__Host-[\w-]+=[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('answers unknown names and wrong passwords alike', async () => {
    await using app = await createTestApp();
    const { username } = await app.addUser();
    const known = await app.anonymous().post('/api/auth/login', { username, password: 'not the password' });
    const unknown = await app
      .anonymous()
      .post('/api/auth/login', { username: 'nobody', password: 'not the password' });
    expect([known.status, unknown.status]).toEqual([401, 401]);
    expect({ ...known.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect(Object.keys(known.headers)).toEqual(Object.keys(unknown.headers));
    expect(await app.query(`SELECT action FROM audit_events`)).toEqual([
      { action: 'login.refused' },
      { action: 'login.refused' },
    ]);
  });

  it('makes a new id at each login and ends the one the browser had', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const again = await app
      .as(user)
      .post('/api/auth/login', { username: user.username, password: user.password });
    expect(valueOf(cookieOf(again.headers))).not.toBe(user.cookie);
    expect((await app.as(user).get('/api/auth/me')).status).toBe(401);
  });

  it('slows a stranger who guesses down, and lets the owner in from a browser that was used before', async () => {
    await using app = await createTestApp();
    const { username, password: right } = await app.addUser();
    const first = await app.anonymous().post('/api/auth/login', { username, password: right });
    const device =
      (first.headers['set-cookie'] as unknown as string[])
        .find((cookie) => cookie.startsWith('codex-webapp-device'))
        ?.split(';')[0] ?? '';
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () =>
        app.anonymous().post('/api/auth/login', { username, password: 'a guess' }),
      ),
    );
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(15);
    const refused = await app.anonymous().post('/api/auth/login', { username, password: right });
    expect([refused.status, refused.body.error.code]).toEqual([429, 'login.too_many_attempts']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const owner = await app
      .anonymous()
      .with({ cookie: device, 'sec-fetch-site': 'same-origin' })
      .post('/api/auth/login', { username, password: right });
    expect(owner.status).toBe(200);
  });

  it('does not believe a forged X-Forwarded-For', async () => {
    await using app = await createTestApp();
    const statuses: number[] = [];
    for (let i = 0; i < 55; i += 1) {
      const client = app.anonymous().with({ 'x-forwarded-for': `203.0.113.${i}` });
      statuses.push(
        (await client.post('/api/auth/login', { username: `nobody-${i}`, password: 'a guess' })).status,
      );
    }
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429]);
  });

  it('answers a crowd of logins with 503 instead of taking the machine', async () => {
    await using app = await createTestApp({ env: { TRUSTED_PROXIES: 'loopback' } });
    const { password: right } = await app.addUser();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        app
          .anonymous()
          .with({ 'x-forwarded-for': `203.0.113.${i}` })
          .post('/api/auth/login', { username: `nobody-${i}`, password: right }),
      ),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 503]));
    expect((await app.anonymous().get('/health/live')).status).toBe(200);
  });
});

describe('POST /api/auth/logout (seed: API Endpoints, Authentication)', () => {
  it('ends the login: its row is gone and its cookie is good for nothing', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const { status, headers } = await app.as(user).post('/api/auth/logout');
    expect(status).toBe(204);
    expect(cookieOf(headers)).toMatch(/^codex-webapp-login=; Max-Age=0;/);
    expect(await app.query('SELECT id FROM logins')).toEqual([]);
    const me = await app.as(user).get('/api/auth/me');
    expect([me.status, me.body.error.code]).toEqual([401, 'login.expired']);
  });
});

describe('a login', () => {
  it('ends 12 hours after its last request', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const user = await app.addUser();
    clock.advance(11 * hourMs);
    expect((await app.as(user).get('/api/auth/me')).status).toBe(200);
    clock.advance(11 * hourMs);
    expect((await app.as(user).get('/api/auth/me')).status).toBe(200);
    clock.advance(12 * hourMs);
    expect((await app.as(user).get('/api/auth/me')).status).toBe(401);
  });

  it('ends 7 days after it began, however much it is used', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const user = await app.addUser();
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      clock.advance(6 * hourMs);
      expect((await app.as(user).get('/api/auth/me')).status).toBe(200);
    }
    clock.advance(6 * hourMs);
    expect((await app.as(user).get('/api/auth/me')).status).toBe(401);
  });

  it('cannot be used from another site: sibling origins are foreign too', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const client = app.as(user);
    for (const site of ['cross-site', 'same-site', 'none']) {
      const { status, body } = await client.with({ 'sec-fetch-site': site }).post('/api/sessions', {});
      expect([site, status, body.error.code]).toEqual([site, 403, 'origin.forbidden']);
    }
    const silent = client.with({ 'sec-fetch-site': undefined });
    expect((await silent.post('/api/sessions', {})).status).toBe(403);
    expect(
      (await silent.with({ origin: 'http://evil.localhost:3000' }).post('/api/sessions', {})).status,
    ).toBe(403);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
    expect((await silent.with({ origin: app.origin }).post('/api/sessions', {})).status).toBe(201);
  });
});

describe('API tokens', () => {
  it('are shown once, stored hashed, and work as bearer until they are revoked', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    const created = await app.as(user).post('/api/auth/tokens', { name: 'ci' });
    expect(created.status).toBe(201);
    const { secret, ...rest } = created.body;
    expect(secret).toMatch(/^cwt_[\w-]{43}$/);
    expect(rest).toMatchObject({ name: 'ci', scope: 'full', hint: secret.slice(0, 8), lastUsedAt: null });
    expect(JSON.stringify(await app.query('SELECT * FROM api_tokens'))).not.toContain(secret);
    const client = app.withToken(secret);
    expect((await client.post('/api/sessions', { title: 'by script' })).status).toBe(201);
    expect((await app.as(user).get('/api/auth/tokens')).body.tokens).toEqual([
      { ...rest, lastUsedAt: expect.any(String) },
    ]);
    expect((await app.as(user).delete(`/api/auth/tokens/${rest.id}`)).status).toBe(204);
    const refused = await client.get('/api/sessions');
    expect([refused.status, refused.body.error.code]).toEqual([401, 'token.invalid']);
  });

  it('with the scope read may only read', async () => {
    await using app = await createTestApp();
    const client = app.withToken(await app.addToken(await app.addUser(), 'read'));
    expect((await client.get('/api/sessions')).status).toBe(200);
    const { status, body } = await client.post('/api/sessions', {});
    expect([status, body.error.code]).toEqual([403, 'token.scope']);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
  });

  it('end when their time is over', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const user = await app.addUser();
    const { body } = await app.as(user).post('/api/auth/tokens', { name: 'short', expiresInDays: 1 });
    clock.advance(24 * hourMs - 1);
    expect((await app.withToken(body.secret).get('/api/sessions')).status).toBe(200);
    clock.advance(1);
    expect((await app.withToken(body.secret).get('/api/sessions')).status).toBe(401);
  });

  it('of others do not exist', async () => {
    await using app = await createTestApp();
    const [ada, bob] = [await app.addUser(), await app.addUser()];
    const { body } = await app.as(ada).post('/api/auth/tokens', { name: 'hers' });
    const foreign = await app.as(bob).delete(`/api/auth/tokens/${body.id}`);
    const absent = await app.as(bob).delete('/api/auth/tokens/nothing');
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
    expect(await app.query('SELECT name FROM api_tokens')).toEqual([{ name: 'hers' }]);
  });
});
