import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { deriveFrontDoorKey, isFrontDoorRequest } from '@codex-webapp/nest-kit';
import { WebSocket } from 'ws';
import type { ReverseTunnel } from '../../container-agent/src/main-link/reverse-tunnel.ts';
import { containerLimits, containerLimitsToken } from '../src/modules/front-door/container-limits.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { EchoAgent } from './support/echo-agent.ts';
import { SessionPage, ask, openTunnel, postTicket, sessionToken, ticketFor } from './support/session-page.ts';
import { waitFor } from './support/wait-for.ts';

const navigation = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'iframe',
};
const canary = 'canary-of-the-user';

describe('the front door', () => {
  let app: TestApp;
  let user: TestUser;
  let page: SessionPage;
  let sibling: SessionPage;
  let agent: EchoAgent;
  let tunnel: ReverseTunnel;
  let pageToken: string;

  beforeAll(async () => {
    app = await createTestApp({
      override: (builder) =>
        builder.overrideProvider(containerLimitsToken).useValue({ ...containerLimits, idleMs: 1_000 }),
    });
    user = await app.addUser();
    page = await SessionPage.open(app, user);
    sibling = await SessionPage.open(app, user);
    agent = await new EchoAgent().start();
    pageToken = await sessionToken(app, page.id);
    tunnel = openTunnel(app, page.id, pageToken, agent.server);
    await waitFor(async () => (await page.ask('/api/workspace/files')).status === 200);
  });

  afterAll(async () => {
    tunnel.stop();
    await agent.stop();
    await app[Symbol.asyncDispose]();
  });

  afterEach(() => {
    agent.misbehave = null;
    agent.seen.splice(0);
  });

  /** A connection of its own, for what an HTTP client would not send. */
  async function raw(host: string, requestText: string): Promise<string> {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(requestText.replaceAll('HOST', host));
    return text(socket);
  }

  function openSocket(where: SessionPage, path: string, headers: Record<string, string> = {}): WebSocket {
    return new WebSocket(`${app.url.replace(/^http/, 'ws')}${path}`, {
      headers: { host: where.host, origin: where.origin, cookie: where.cookie, ...headers },
    });
  }

  async function refusalOf(socket: WebSocket): Promise<number> {
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    socket.on('error', () => undefined);
    socket.terminate();
    return answer.statusCode;
  }

  describe('by host', () => {
    it.each(['evil.example', 'localhost', 'localhost:1', 'a.localhost', `3000--${'a'.repeat(32)}.localhost`])(
      'answers %s with 421',
      async (host) => {
        const answer = await ask(app, host, { path: '/health/live' });
        expect(answer.status).toBe(421);
        expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'host.unknown' } });
      },
    );

    it('says on a page what to do, without a word of the unknown name', async () => {
      const answer = await ask(app, 'evil"><script>alert(1)</script>.example', {
        path: '/',
        headers: navigation,
      });
      expect(answer).toMatchObject({ status: 421, headers: { 'content-type': 'text/html; charset=utf-8' } });
      expect(answer.body).toContain('PUBLIC_URL');
      expect(answer.body).not.toMatch(/evil|alert/);
    });

    it('knows the app by its name and by the addresses of this machine', async () => {
      const { port } = new URL(app.url);
      for (const host of [app.host, `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
        expect(await ask(app, host, { path: '/health/live' })).toMatchObject({ status: 200 });
      }
    });

    it('answers for a deleted session as for one that never was', async () => {
      const deleted = await SessionPage.open(app, user);
      expect((await deleted.navigate('/')).status).not.toBe(404);
      await app.as(user).delete(`/api/sessions/${deleted.id}`);
      const { body, headers } = await ask(app, `${'0'.repeat(32)}.${app.host}`, { headers: navigation });
      await waitFor(async () => (await deleted.navigate('/')).status === 404, 2_000);
      const dead = await deleted.navigate('/');
      expect(dead.body).toBe(body);
      expect(Object.keys(dead.headers).sort()).toEqual(Object.keys(headers).sort());
    });

    it.each([
      ['an absolute target', 'GET http://HOST/health/live HTTP/1.1\r\nHost: HOST\r\n\r\n'],
      [
        'two hosts',
        'GET /health/live HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      ],
      [
        'a length and chunks',
        'POST /api/auth/login HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: HOST\r\n\r\n',
      ],
      [
        'a folded header',
        'GET /health/live HTTP/1.1\r\nHost: HOST\r\nX-A: b\r\n c: d\r\nConnection: close\r\n\r\n',
      ],
      [
        'a chunked coding twice',
        'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
      ],
    ])('refuses %s', async (_what, requestText) => {
      const answer = await raw(app.host, requestText.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    });
  });

  describe('at the entry', () => {
    it('shows a page of ours whose one script is a file', async () => {
      const answer = await ask(app, page.host, { path: '/__session/enter', headers: navigation });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-security-policy']).toContain(`frame-ancestors ${app.origin};`);
      expect(answer.body).not.toMatch(/<script(?![^>]* src=)/);
      expect(answer.body).toContain(`data-app="${app.origin}"`);
      const script = await ask(app, page.host, {
        path: '/__session/enter.js',
        headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' },
      });
      expect(script).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/javascript; charset=utf-8' },
      });
    });

    it('gives a cookie for this host alone, and stores only its hash', async () => {
      const answer = await postTicket(app, page.host, await ticketFor(app, user, page.id, 'enter'));
      const cookie = answer.headers['set-cookie']?.[0] ?? '';
      expect(cookie).toMatch(/^__Host-cw-session=[\w-]{43}; /);
      for (const part of ['HttpOnly', 'Secure', 'SameSite=None', 'Partitioned', 'Path=/'])
        expect(cookie).toContain(part);
      expect(cookie).not.toContain('Domain');
      const rows = JSON.stringify(await app.query('SELECT * FROM session_origin_grants'));
      expect(rows).not.toContain(/=([\w-]{43})/.exec(cookie)?.[1]);
    });

    it('takes a ticket once', async () => {
      const ticket = await ticketFor(app, user, page.id, 'enter');
      expect((await postTicket(app, page.host, ticket)).status).toBe(204);
      expect((await postTicket(app, page.host, ticket)).status).toBe(401);
    });

    it('takes no ticket of another session, nor one for a socket', async () => {
      const foreign = await ticketFor(app, user, sibling.id, 'enter');
      expect((await postTicket(app, page.host, foreign)).status).toBe(401);
      const socket = await ticketFor(app, user, page.id, 'socket');
      expect((await postTicket(app, page.host, socket)).status).toBe(401);
    });

    it.each([
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ])('takes no ticket from a foreign page: %j', async (headers) => {
      const ticket = await ticketFor(app, user, page.id, 'enter');
      expect((await postTicket(app, page.host, ticket, headers)).status).toBe(403);
      expect((await postTicket(app, page.host, ticket)).status).toBe(204);
    });

    it('refuses what is not a ticket in JSON', async () => {
      expect((await postTicket(app, page.host, 'x', { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await postTicket(app, page.host, 'x'.repeat(5_000))).status).toBe(413);
      const list = {
        path: '/__session/enter',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '[]',
      };
      expect((await page.ask(list)).status).toBe(400);
    });

    it('lets no API token in', async () => {
      const token = await app.addToken(user);
      const answer = await app
        .withToken(token)
        .post(`/api/sessions/${page.id}/ws-ticket`, { purpose: 'enter' });
      expect(answer.status).toBe(403);
    });
  });

  describe('on a session origin', () => {
    it('tells the page who the app is', async () => {
      const answer = await page.ask('/__session/config.json');
      expect(JSON.parse(answer.body)).toEqual({ appOrigin: app.origin, sessionId: page.id });
    });

    it('serves our own copy of the session UI, kept by browsers where its name has a hash', async () => {
      const index = await page.navigate('/');
      expect(index).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
      const policy = index.headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toMatch(/unsafe-(inline|eval)/);
      // It is the same for everybody and has no nonce: what runs are files of this origin, and nothing of the page itself.
      const scripts = index.body.match(/<script\b[^]*?<\/script>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const tag of scripts) expect(tag).toMatch(/^<script [^>]*src="\/[^/"][^"]*"[^>]*><\/script>$/);
      expect(index.body).not.toMatch(/<style\b|<[^>]+\s(?:on[a-z]+|style)=|javascript:/i);
      expect(policy).toContain(`connect-src 'self' ${page.origin.replace('http', 'ws')};`);
      expect(policy).toMatch(new RegExp(`frame-ancestors ${app.origin}$`));
      const asset = /(?:src|href)="(\/assets\/[^"]+)"/.exec(index.body)?.[1] ?? '';
      expect(await page.ask(asset)).toMatchObject({
        status: 200,
        headers: { 'cache-control': 'public, max-age=31536000, immutable' },
      });
      expect((await page.ask('/assets/../index.html')).status).toBe(404);
      expect((await page.ask('/..%2f..%2fpackage.json')).status).toBe(404);
    });

    it('answers nothing but its entry without a cookie', async () => {
      const without = { cookie: '' };
      for (const path of [
        '/',
        '/assets/x.js',
        '/api/session',
        '/api/workspace/files',
        '/__session/config.json',
      ]) {
        expect(await page.ask({ path, headers: without })).toMatchObject({ status: 401 });
      }
      const opened = await page.navigate('/', without);
      expect(opened).toMatchObject({ status: 401, headers: { 'content-type': 'text/html; charset=utf-8' } });
      expect(opened.body).toContain('/__session/signed-out.js');
    });

    it.each(['the cookie of a sibling', 'the cookie of the app', 'an API token'])(
      'takes no %s',
      async (what) => {
        const headers: Record<string, Record<string, string>> = {
          'the cookie of a sibling': { cookie: sibling.cookie },
          'the cookie of the app': { cookie: `codex-webapp-login=${user.cookie}` },
          'an API token': { cookie: '', authorization: `Bearer ${await app.addToken(user)}` },
        };
        expect((await page.ask({ path: '/api/session', headers: headers[what] ?? {} })).status).toBe(401);
      },
    );

    it('is no credential for the app', async () => {
      expect(
        (await ask(app, app.host, { path: '/api/auth/me', headers: { cookie: page.cookie } })).status,
      ).toBe(401);
    });

    it.each([
      ['/api/session', { 'sec-fetch-site': 'cross-site' }],
      ['/api/session', { 'sec-fetch-site': 'same-site' }],
      ['/api/session', { 'sec-fetch-site': 'none' }],
      [
        '/api/session',
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      ],
      ['/api/workspace/files', { 'sec-fetch-site': 'cross-site' }],
      ['/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }],
      ['/__session/config.json', { 'sec-fetch-site': 'cross-site' }],
    ])('refuses %s to a foreign page: %j', async (path, headers) => {
      expect((await page.ask({ path, headers: { ...headers } })).status).toBe(403);
      expect(agent.seen).toEqual([]);
    });

    it('answers the conversation API for the owner', async () => {
      const session = await page.ask('/api/session');
      expect(JSON.parse(session.body)).toMatchObject({ id: page.id, agent: 'shell' });
      const patched = await page.ask({
        path: '/api/session',
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ permissionMode: 'ask-first' }),
      });
      expect(patched.status).toBe(200);
      const rows = await app.query('SELECT permission_mode FROM sessions WHERE id = ?', [page.id]);
      expect(rows).toEqual([{ permission_mode: 'ask-first' }]);
    });

    it('records a change as the login that made it', async () => {
      const rows = await app.query<{ actor_kind: string; actor_id: string; action: string }>(
        "SELECT actor_kind, actor_id, action FROM audit_events WHERE action = 'session.entered' LIMIT 1",
      );
      expect(rows[0]).toEqual({ actor_kind: 'login', actor_id: user.loginId, action: 'session.entered' });
    });

    it('keeps the validation of the app', async () => {
      const answer = await page.ask({
        path: '/api/session',
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ permissionMode: 'whatever', owner: 'me' }),
      });
      expect(answer.status).toBe(400);
    });

    it.each([
      '/api/sessions',
      '/api/users',
      '/api/auth/me',
      '/api/auth/tokens',
      '/api/docs',
      '/api/container-webhooks/x/messages',
    ])('has no %s', async (path) => {
      expect((await page.ask(path)).status).toBe(404);
    });
  });

  describe('towards the container', () => {
    const ours = {
      authorization: `Bearer ${canary}`,
      'x-forwarded-for': canary,
      'x-forwarded-host': canary,
      forwarded: canary,
      'x-real-ip': canary,
      'x-front-door': `v1;1;${canary}`,
      'proxy-authorization': canary,
      referer: `http://${canary}`,
      te: 'trailers',
      'x-custom': canary,
    };

    function expectNothingOfOurs(): void {
      const reached = JSON.stringify(agent.seen);
      expect(agent.seen.length).toBeGreaterThan(0);
      expect(reached).not.toContain(canary);
      expect(reached).not.toContain(page.cookie.split('=')[1]);
      expect(reached).not.toContain(new URL(page.origin).hostname.split('.')[0]);
      expect(reached.toLowerCase()).not.toMatch(
        /"(cookie|authorization|origin|sec-fetch-site|x-forwarded-for)"/,
      );
    }

    function isProven(seen: EchoAgent['last'], key: Buffer): boolean {
      if (!seen) return false;
      const proofs = seen.rawHeaders.filter((_value, i, all) => i % 2 === 1 && all[i - 1] === 'x-front-door');
      return (
        proofs.length === 1 &&
        isFrontDoorRequest(key, { method: seen.method, path: seen.url }, proofs[0], Date.now())
      );
    }

    it.each(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])(
      'a %s carries nothing of ours, and our proof',
      async (method) => {
        const hasBody = method === 'PUT' || method === 'POST';
        const answer = await page.ask({
          path: `/api/workspace/files/a%20b?path=x&token=${canary}&ticket=${canary}`,
          method,
          headers: { ...ours, cookie: `${page.cookie}; codex-webapp-login=${canary}; other=${canary}` },
          ...(hasBody ? { body: 'content' } : {}),
        });
        expect(answer.status).toBe(200);
        expect(agent.last).toMatchObject({
          method,
          url: '/api/workspace/files/a%20b?path=x',
          body: hasBody ? 'content' : '',
        });
        expectNothingOfOurs();
        expect(isProven(agent.last, deriveFrontDoorKey(pageToken))).toBe(true);
      },
    );

    it('an upgrade carries nothing of ours, and echoes', async () => {
      const socket = openSocket(page, `/api/terminals?token=${canary}`, {
        ...ours,
        cookie: `${page.cookie}; codex-webapp-login=${canary}`,
      });
      await once(socket, 'open');
      socket.send('hello');
      const [data] = (await once(socket, 'message')) as [Buffer];
      expect(data.toString()).toBe('hello');
      expect(agent.last?.url).toBe('/api/terminals');
      expectNothingOfOurs();
      expect(isProven(agent.last, deriveFrontDoorKey(pageToken))).toBe(true);
      socket.close();
      await once(socket, 'close');
    });

    it('streams a body of unknown length, also where HTTP expects none', async () => {
      const answer = await page.ask({
        path: '/api/workspace/files/a',
        method: 'DELETE',
        headers: { 'transfer-encoding': 'chunked' },
        body: 'GET /smuggled HTTP/1.1\r\n\r\n',
      });
      expect(answer.status).toBe(200);
      expect(agent.seen.map(({ url }) => url)).toEqual(['/api/workspace/files/a']);
    });

    it('proves requests to this container and to no other', async () => {
      await page.ask('/api/workspace/files?path=a');
      expect(isProven(agent.last, deriveFrontDoorKey(await sessionToken(app, sibling.id)))).toBe(false);
    });

    it.each(['script', 'style', 'worker', 'serviceworker', 'object', 'embed', 'font'])(
      'takes nothing from the container as a %s of the page',
      async (destination) => {
        const answer = await page.ask({
          path: '/api/workspace/files/a',
          headers: { 'sec-fetch-dest': destination },
        });
        expect(answer.status).toBe(403);
        expect(agent.seen).toEqual([]);
      },
    );

    it('refuses a body beyond the limit, announced or not', async () => {
      const head = `PUT /api/workspace/files/a HTTP/1.1\r\nHost: HOST\r\nCookie: ${page.cookie}\r\nSec-Fetch-Site: same-origin\r\n`;
      const announced = await raw(page.host, `${head}Connection: close\r\nContent-Length: 67108864\r\n\r\n`);
      expect(announced).toMatch(/^HTTP\/1\.1 413 /);
      expect(agent.seen).toEqual([]);
      const piece = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
      const endless = await raw(
        page.host,
        `${head}Transfer-Encoding: chunked\r\n\r\n${piece.repeat(33)}`,
      ).catch(() => '');
      expect(endless).not.toMatch(/^HTTP\/1\.1 200 /);
    });
  });

  describe('from a hostile container', () => {
    function answerWith(bytes: string): void {
      agent.misbehave = (_request, socket) => void socket.write(bytes);
    }

    it('passes on no header of power', async () => {
      answerWith(
        [
          'HTTP/1.1 200 OK',
          'Content-Length: 2',
          'Content-Type: text/html',
          'Set-Cookie: __Host-cw-session=evil; Path=/; Secure',
          'Set-Cookie: a=b; Domain=localhost',
          'Clear-Site-Data: "*"',
          'Service-Worker-Allowed: /',
          'Strict-Transport-Security: max-age=1',
          'Alt-Svc: h3=":1"',
          'Access-Control-Allow-Origin: *',
          'Access-Control-Allow-Credentials: true',
          'NEL: {}',
          'Report-To: {}',
          'Refresh: 0; url=http://evil.example',
          'Link: <http://evil.example>; rel=preload',
          'Content-Security-Policy: script-src *',
          'X-Content-Type-Options: none',
          'Location: http://evil.example',
          'ETag: "1"',
          '',
          'hi',
        ].join('\r\n'),
      );
      const { status, headers, body } = await page.ask('/api/workspace/files/a');
      expect({ status, body }).toEqual({ status: 200, body: 'hi' });
      expect(Object.keys(headers).sort()).toEqual([
        'connection',
        'content-length',
        'content-security-policy',
        'content-type',
        'cross-origin-resource-policy',
        'date',
        'etag',
        'referrer-policy',
        'x-content-type-options',
      ]);
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    });

    it.each([
      ['a redirect', 'HTTP/1.1 301 Moved\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'],
      ['another protocol', 'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: evil\r\n\r\nbytes'],
      ['endless headers', `HTTP/1.1 200 OK\r\n${'X-A: bbbbbbbbbbbbbbbbbbbb\r\n'.repeat(2_000)}\r\n`],
      ['one endless header', `HTTP/1.1 200 OK\r\nX-A: ${'b'.repeat(64 * 1024)}\r\n\r\n`],
      ['endless early answers', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'.repeat(100)],
      [
        'a length and chunks',
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
      ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
      ['silence', ''],
    ])('makes 502 of %s', async (_what, bytes) => {
      answerWith(bytes);
      const answer = await page.ask('/api/workspace/files/a');
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'container.unreachable' } });
      expect(answer.body).not.toContain('evil');
    });

    it('waits for a head that comes byte by byte only so long', async () => {
      agent.misbehave = (_request, socket) => {
        const timer = setInterval(() => socket.write('a'), 50);
        socket.on('error', () => undefined).on('close', () => clearInterval(timer));
        socket.write('HTTP/1.1 200 OK\r\nX-A: ');
      };
      const startedAt = Date.now();
      expect((await page.ask('/api/workspace/files/a')).status).toBe(502);
      expect(Date.now() - startedAt).toBeLessThan(3_000);
    });

    it('breaks off an answer that stops in the middle', async () => {
      answerWith('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      await expect(page.ask('/api/workspace/files/a')).rejects.toThrow(/aborted/);
    });

    it('serves the next request after each of them', async () => {
      expect((await page.ask('/api/workspace/files')).status).toBe(200);
    });

    it('refuses an upgrade that the container refuses, without its words', async () => {
      agent.misbehave = (_request, socket) =>
        void socket.end('HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nevil');
      expect(await refusalOf(openSocket(page, '/api/terminals'))).toBe(502);
    });
  });

  describe('for sockets', () => {
    it.each([
      ['no origin', { origin: '' }],
      ['the null origin', { origin: 'null' }],
      ['a sibling', { origin: 'SIBLING' }],
      ['the app', { origin: 'APP' }],
    ])('refuses %s', async (_what, { origin }) => {
      const value = origin.replace('SIBLING', sibling.origin).replace('APP', app.origin);
      for (const path of ['/api/terminals', `/ws/sessions/${page.id}?token=x`]) {
        expect(await refusalOf(openSocket(page, path, { origin: value }))).toBe(403);
      }
      expect(agent.seen).toEqual([]);
    });

    it('refuses one without the cookie of this host', async () => {
      expect(await refusalOf(openSocket(page, '/api/terminals', { cookie: sibling.cookie }))).toBe(401);
      expect(await refusalOf(openSocket(page, '/api/terminals', { cookie: '' }))).toBe(401);
    });

    it('has no socket of another session, of the list or of containers', async () => {
      for (const path of [
        `/ws/sessions/${sibling.id}`,
        '/ws/events',
        `/ws/sessions/${page.id}/tunnel`,
        '/other',
      ]) {
        expect(await refusalOf(openSocket(page, path))).toBe(404);
      }
    });

    it('hands the conversation to the gateway, which wants a ticket for this origin', async () => {
      const path = (ticket: string): string => `/ws/sessions/${page.id}?token=${ticket}&role=client`;
      const ticket = await ticketFor(app, user, page.id, 'socket');
      const socket = openSocket(page, path(ticket));
      await once(socket, 'open');
      socket.terminate();
      expect(await refusalOf(openSocket(page, path(ticket)))).toBe(401);
      expect(await refusalOf(openSocket(page, path('nonsense')))).toBe(401);
      expect(await refusalOf(openSocket(page, path(await ticketFor(app, user, page.id, 'enter'))))).toBe(401);
      expect(await refusalOf(openSocket(page, path(await ticketFor(app, user, sibling.id, 'socket'))))).toBe(
        401,
      );
    });

    it('takes neither the cookie nor a bearer token for a ticket', async () => {
      const headers = { authorization: `Bearer ${await app.addToken(user)}` };
      expect(await refusalOf(openSocket(page, `/ws/sessions/${page.id}`, headers))).toBe(401);
    });
  });

  describe('for tunnels', () => {
    function dial(sessionId: string, headers: Record<string, string>): Promise<number> {
      const url = `${app.containerUrl.replace(/^http/, 'ws')}/ws/sessions/${sessionId}/tunnel`;
      return refusalOf(new WebSocket(url, { headers }));
    }

    it('lets in the container of the session alone', async () => {
      const token = await sessionToken(app, sibling.id);
      expect(await dial(page.id, {})).toBe(401);
      expect(await dial(page.id, { authorization: 'Bearer nonsense' })).toBe(401);
      expect(await dial(page.id, { authorization: `Bearer ${token}` })).toBe(401);
      expect(await dial(page.id, { authorization: `Bearer ${await app.addToken(user)}` })).toBe(401);
      expect(await dial(sibling.id, { authorization: `Bearer ${token}`, origin: app.origin })).toBe(403);
    });

    it.each([
      ['replaced', 'container.changed', { container: { generation: 2 } }],
      ['stopped', 'container.stopped', { generation: 1 }],
      ['deleted with its session', 'session.removed', {}],
    ])('ends that of a container that was %s', async (_what, event, payload) => {
      const own = await SessionPage.open(app, user);
      const ownTunnel = openTunnel(app, own.id, await sessionToken(app, own.id), agent.server);
      await waitFor(async () => (await own.ask('/api/workspace/files')).status === 200);
      const container =
        'container' in payload ? { container: { ...payload.container, sessionId: own.id } } : {};
      app.get(EventEmitter2).emit(event, { ...payload, ...container, sessionId: own.id });
      await waitFor(async () => (await own.ask('/api/workspace/files')).status === 502, 2_000);
      ownTunnel.stop();
    });

    it('lets in no container of an older generation', async () => {
      const old = await sessionToken(app, sibling.id, 1);
      await sessionToken(app, sibling.id, 2);
      expect(await dial(sibling.id, { authorization: `Bearer ${old}` })).toBe(401);
    });
  });

  describe('at an end', () => {
    it('says that the container does not answer, and what to do', async () => {
      const answer = await sibling.ask('/api/workspace/files');
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.body)).toMatchObject({
        error: { code: 'container.unreachable', message: expect.stringContaining('Start it') as unknown },
      });
      expect(await refusalOf(openSocket(sibling, '/api/terminals'))).toBe(502);
    });

    it('ends requests and sockets of a login within two seconds of its logout', async () => {
      const other = await app.addUser();
      const theirs = await SessionPage.open(app, other);
      const theirTunnel = openTunnel(app, theirs.id, await sessionToken(app, theirs.id), agent.server);
      await waitFor(async () => (await theirs.ask('/api/workspace/files')).status === 200);
      const socket = openSocket(theirs, '/api/terminals');
      await once(socket, 'open');
      const closed = once(socket, 'close');
      agent.misbehave = (_request, connection) =>
        void connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      const underWay = expect(theirs.ask('/api/workspace/files/a')).rejects.toThrow();
      await waitFor(() => agent.last?.url === '/api/workspace/files/a');
      const loggedOutAt = Date.now();
      expect((await app.as(other).post('/api/auth/logout', {})).status).toBe(204);
      await Promise.all([closed, underWay]);
      expect((await theirs.ask('/api/session')).status).toBe(401);
      expect(Date.now() - loggedOutAt).toBeLessThan(2_000);
      theirTunnel.stop();
    });
  });
});
