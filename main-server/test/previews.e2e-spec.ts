import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { SystemClock } from '@codex-webapp/nest-kit';
import { WebSocket } from 'ws';
import type { ReverseTunnel } from '../../container-agent/src/main-link/reverse-tunnel.ts';
import { sessionEvents } from '../src/modules/session-state/session.events.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { DevServer } from './support/dev-server.ts';
import { EchoAgent } from './support/echo-agent.ts';
import { enterPreview, previewTicketFor } from './support/preview-page.ts';
import {
  ask,
  openTunnel,
  postTicket,
  SessionPage,
  sessionToken,
  type Answer,
  type Ask,
} from './support/session-page.ts';
import { waitFor } from './support/wait-for.ts';

/** As Node's own servers do, which wait five seconds. */
const idleMs = 30;
const canary = 'canary-of-the-user';
const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

/** The time of the system, and what was added to it. */
class SlidingClock extends SystemClock {
  private aheadMs = 0;

  override now(): number {
    return super.now() + this.aheadMs;
  }

  advance(ms: number): void {
    this.aheadMs += ms;
  }
}

describe('previews', () => {
  const clock = new SlidingClock();
  let app: TestApp;
  let user: TestUser;
  let page: SessionPage;
  let agent: EchoAgent;
  let dev: DevServer;
  let other: DevServer;
  let tunnel: ReverseTunnel;
  let origin: string;
  let host: string;
  let cookie: string;

  beforeAll(async () => {
    app = await createTestApp({ clock });
    user = await app.addUser();
    page = await SessionPage.open(app, user);
    agent = await new EchoAgent().start();
    [dev, other] = [await new DevServer().start(), await new DevServer().start()];
    tunnel = openTunnel(app, page.id, await sessionToken(app, page.id), agent.server);
    await waitFor(async () => (await page.ask('/api/workspace/files')).status === 200);
    ({ origin, host, cookie } = await enter(page, dev.port));
  });

  afterAll(async () => {
    tunnel.stop();
    await Promise.all([agent.stop(), dev.stop(), other.stop()]);
    await app[Symbol.asyncDispose]();
  });

  afterEach(() => {
    dev.answer = null;
    dev.seen.splice(0);
  });

  const enter = (from: SessionPage, port: number) => enterPreview(app, from, port);

  /** As a script of the preview's page. */
  function askPreview({ headers, ...rest }: Ask = {}): Promise<Answer> {
    return ask(app, host, { ...rest, headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers } });
  }

  function navigate(path = '/', headers: Record<string, string> = {}): Promise<Answer> {
    return ask(app, host, { path, headers: { cookie, ...frame, ...headers } });
  }

  function openSocket(
    path: string,
    headers: Record<string, string> = {},
    protocols: string[] = [],
  ): WebSocket {
    return new WebSocket(`${app.url.replace(/^http/, 'ws')}${path}`, protocols, {
      headers: { host, origin, cookie, ...headers },
    });
  }

  async function refusalOf(socket: WebSocket): Promise<number> {
    socket.on('error', () => undefined);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    socket.terminate();
    return answer.statusCode;
  }

  describe('on an origin of their own', () => {
    it('show what listens on the port, to who entered', async () => {
      expect(origin).toBe(page.origin.replace('//', `//${dev.port}--`));
      dev.answer = (_request, response) => response.setHeader('content-type', 'text/html').end('<p>mine</p>');
      const answer = await navigate('/some/page?token=kept&ticket=kept');
      expect(answer).toMatchObject({ status: 200, body: '<p>mine</p>' });
      expect(dev.last?.url).toBe('/some/page?token=kept&ticket=kept');
    });

    it('reach a server that listens on ::1 alone', async () => {
      const six = await new DevServer().start('::1');
      try {
        const entered = await enter(page, six.port);
        const answer = await ask(app, entered.host, { headers: { cookie: entered.cookie, ...frame } });
        expect(answer.status).toBe(200);
      } finally {
        await six.stop();
      }
    });

    it('may be framed by the app and the session, and by nobody else', async () => {
      const frames = `frame-ancestors ${app.origin} ${page.origin}`;
      expect((await navigate()).headers['content-security-policy']).toBe(frames);
      dev.answer = (_request, response) =>
        response
          .setHeader('x-frame-options', 'DENY')
          .setHeader(
            'content-security-policy',
            "script-src 'self'; frame-ancestors *; report-uri http://evil.example",
          )
          .end('x');
      const { headers } = await navigate();
      expect(headers['content-security-policy']).toBe(`script-src 'self', ${frames}`);
      expect(headers['x-frame-options']).toBeUndefined();
    });

    it('pass WebSockets on, with their protocol', async () => {
      const socket = openSocket('/?token=hmr', {}, ['vite-hmr']);
      await once(socket, 'open');
      expect(socket.protocol).toBe('vite-hmr');
      socket.send('hello');
      const [data] = (await once(socket, 'message')) as [Buffer];
      expect(data.toString()).toBe('hello');
      expect(dev.last?.url).toBe('/?token=hmr');
      socket.close();
      await once(socket, 'close');
    });

    it('carry large bodies both ways', async () => {
      const body = 'x'.repeat(5_000_000);
      dev.answer = (_request, response) => response.end(body);
      const answer = await askPreview({ method: 'POST', path: '/upload', body });
      expect([answer.body.length, dev.last?.body.length]).toEqual([body.length, body.length]);
    });

    it('answer many requests at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) => askPreview({ path: `/module-${i}` })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    });

    it('answer also when their server has just ended a connection that was idle', async () => {
      dev.answer = ({ socket }, response) => {
        response.end('ok');
        setTimeout(() => socket.end(), idleMs);
      };
      for (let lateMs = -10; lateMs <= 10; lateMs += 1) {
        expect(await navigate()).toMatchObject({ status: 200, body: 'ok' });
        await new Promise((resolve) => setTimeout(resolve, idleMs + lateMs));
      }
    });

    it('say what to do while nothing listens', async () => {
      const gone = await new DevServer().start();
      const { port } = gone;
      await gone.stop();
      const entered = await enter(page, port);
      const shown = await ask(app, entered.host, { headers: { cookie: entered.cookie, ...frame } });
      expect(shown).toMatchObject({ status: 502, headers: { 'content-type': 'text/html; charset=utf-8' } });
      expect(shown.body).toContain(`Nothing answers on port ${port}`);
      const asked = await ask(app, entered.host, {
        headers: { cookie: entered.cookie, 'sec-fetch-site': 'same-origin' },
      });
      expect(JSON.parse(asked.body)).toMatchObject({ error: { code: 'container.unreachable' } });
    });
  });

  describe('towards the server', () => {
    it('look like a browser on its own machine, and carry nothing of ours', async () => {
      await askPreview({
        method: 'POST',
        path: '/',
        body: 'x',
        headers: {
          origin,
          referer: `${origin}/a?b`,
          cookie: `a=1; ${cookie}; codex-webapp-login=${canary}; __Host-codex-webapp-login=${canary}; b=2`,
          authorization: `Bearer cwt_${canary}`,
          'x-forwarded-for': canary,
          'x-forwarded-host': canary,
          forwarded: canary,
          'x-real-ip': canary,
          'x-front-door': canary,
          'proxy-authorization': canary,
          connection: 'x-secret',
          'x-secret': canary,
          'x-own': 'kept',
        },
      });
      const home = `http://localhost:${dev.port}`;
      expect(dev.last?.headers).toMatchObject({
        host: `localhost:${dev.port}`,
        origin: home,
        referer: `${home}/a?b`,
        cookie: 'a=1; b=2',
        'x-own': 'kept',
      });
      expectNothingOfOurs();
    });

    it('carry nothing of ours in an upgrade either', async () => {
      const socket = openSocket('/', {
        cookie: `${cookie}; codex-webapp-login=${canary}; mine=1`,
        authorization: `Bearer cwt_${canary}`,
        'x-forwarded-for': canary,
        'x-front-door': canary,
      });
      await once(socket, 'open');
      socket.terminate();
      expect(dev.last?.headers).toMatchObject({
        host: `localhost:${dev.port}`,
        origin: `http://localhost:${dev.port}`,
        cookie: 'mine=1',
      });
      expectNothingOfOurs();
    });

    it("pass on the page's own credentials", async () => {
      await askPreview({ headers: { authorization: 'Bearer of-the-page' } });
      expect(dev.last?.headers.authorization).toBe('Bearer of-the-page');
    });

    it('have no service workers', async () => {
      expect((await askPreview({ path: '/sw.js', headers: { 'service-worker': 'script' } })).status).toBe(
        403,
      );
      expect(dev.seen).toEqual([]);
    });

    function expectNothingOfOurs(): void {
      const reached = JSON.stringify(dev.seen);
      expect(dev.seen.length).toBeGreaterThan(0);
      expect(reached).not.toContain(canary);
      expect(reached).not.toContain(cookie.split('=')[1]);
      expect(reached).not.toContain(new URL(page.origin).hostname.split('.')[0]);
    }
  });

  describe('towards the browser', () => {
    it('carry no power beyond their own origin', async () => {
      const powerful = {
        'access-control-allow-origin': app.origin,
        'access-control-allow-credentials': 'true',
        'alt-svc': 'h3="evil.example:443"',
        'clear-site-data': '"*"',
        'content-security-policy-report-only': 'default-src *; report-uri http://evil.example',
        nel: '{}',
        refresh: '0; url=http://evil.example',
        'report-to': '{}',
        'service-worker-allowed': '/',
        'strict-transport-security': 'max-age=1',
        'x-accel-redirect': '/secret',
        'x-sendfile': '/etc/passwd',
        'x-frame-options': 'DENY',
      };
      dev.answer = (_request, response) => {
        response
          .writeHead(200, { ...powerful, 'cache-control': 'public, max-age=60, s-maxage=600' })
          .end('x');
      };
      const { status, headers } = await navigate();
      expect(status).toBe(200);
      expect(Object.keys(headers).filter((name) => name in powerful)).toEqual([]);
      expect(headers).toMatchObject({
        'cache-control': 'private, max-age=60',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    });

    it('keep cookies to this host, and none of ours', async () => {
      dev.answer = (_request, response) =>
        response
          .setHeader('set-cookie', [
            'plain=a%20b; Path=/x; Domain=localhost; SameSite=Lax; HttpOnly',
            '__Host-cw-session=evil; Secure; Path=/',
            'codex-webapp-login=evil',
            'CW-other=evil',
            'novalue',
          ])
          .end('x');
      const { headers } = await navigate();
      expect(headers['set-cookie']?.[0]).toMatch(/^plain=a%20b; /);
      for (const part of ['Path=/x', 'HttpOnly', 'Secure', 'SameSite=None', 'Partitioned']) {
        expect(headers['set-cookie']?.[0]).toContain(part);
      }
      expect(JSON.stringify(headers['set-cookie'])).not.toMatch(/domain|evil/i);
    });

    it.each([
      ['/there?a#b', '/there?a#b'],
      ['there', '/deep/there'],
      ['http://localhost:PORT/there', '/there'],
      ['http://127.0.0.1:PORT//evil.example/', '//evil.example/'],
      ['//localhost:PORT/there', '/there'],
    ])('follow a redirect to %s on their own origin', async (location, target) => {
      dev.answer = (_request, response) =>
        response.writeHead(302, { location: location.replace('PORT', String(dev.port)) }).end();
      const answer = await navigate('/deep/page');
      expect([answer.status, answer.headers.location]).toEqual([302, `${origin}${target}`]);
    });

    it.each([
      'http://evil.example/',
      'https://localhost/',
      '//evil.example',
      'http://169.254.169.254/latest',
    ])('let a person decide about a redirect to %s, and no script', async (location) => {
      dev.answer = (_request, response) => response.writeHead(302, { location }).end();
      const shown = await navigate();
      expect([shown.status, shown.headers.location]).toEqual([200, undefined]);
      expect(shown.body).toContain('leads elsewhere');
      expect((await askPreview()).status).toBe(502);
    });

    it.each(['javascript:alert(1)', 'data:text/html,x', 'http://['])(
      'refuse a redirect to %s',
      async (location) => {
        dev.answer = (_request, response) => response.writeHead(302, { location }).end();
        expect((await navigate()).status).toBe(502);
      },
    );

    it('refuse what is no answer', async () => {
      dev.answer = (request) =>
        request.socket.end('HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc');
      expect((await askPreview()).status).toBe(502);
      dev.answer = (request) => request.socket.end(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(70_000)}\r\n\r\n`);
      expect((await askPreview()).status).toBe(502);
      dev.answer = (request) => request.socket.destroy();
      expect((await askPreview()).status).toBe(502);
    });
  });

  describe('to whom', () => {
    it('nobody without a cookie of this very origin', async () => {
      const sibling = await enter(page, other.port);
      const strangers = {
        'no cookie': '',
        "the session's cookie": page.cookie,
        'the cookie of another port': sibling.cookie,
        'the cookie of the app': `codex-webapp-login=${user.cookie}`,
        'a cookie nobody issued': `${cookie}x`,
      };
      for (const [name, value] of Object.entries(strangers)) {
        const shown = await navigate('/', { cookie: value });
        const asked = await askPreview({ headers: { cookie: value } });
        const opened = await refusalOf(openSocket('/', { cookie: value }));
        expect([name, shown.status, asked.status, opened]).toEqual([name, 401, 401, 401]);
      }
      expect(dev.seen).toEqual([]);
      // And the other way round: what opens a preview opens nothing else.
      expect((await page.ask({ path: '/api/session', headers: { cookie } })).status).toBe(401);
      expect((await ask(app, sibling.host, { headers: { ...frame, cookie } })).status).toBe(401);
      expect((await ask(app, app.host, { path: '/api/auth/me', headers: { cookie } })).status).toBe(401);
    });

    it.each([
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { ...frame, 'sec-fetch-dest': 'object' },
      { ...frame, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    ])('no page of another origin: %j', async (headers) => {
      expect((await askPreview({ headers: { ...headers } })).status).toBe(403);
      expect(dev.seen).toEqual([]);
    });

    it('no socket of another origin', async () => {
      const { port } = new URL(app.url);
      for (const foreign of [
        page.origin,
        app.origin,
        `http://localhost:${dev.port}`,
        `http://evil.example:${port}`,
        'null',
      ]) {
        expect([foreign, await refusalOf(openSocket('/', { origin: foreign }))]).toEqual([foreign, 403]);
      }
      expect(dev.seen).toEqual([]);
    });

    it('no other user: neither a ticket nor a place', async () => {
      const stranger = await app.addUser();
      const answer = await app.as(stranger).post(`/api/sessions/${page.id}/previews/${dev.port}/ticket`);
      expect(answer.status).toBe(404);
      const own = await SessionPage.open(app, stranger);
      const theirs = await enter(own, dev.port);
      expect((await navigate('/', { cookie: theirs.cookie })).status).toBe(401);
    });

    it('no API token, which has no browser', async () => {
      const client = app.withToken(await app.addToken(user));
      const answer = await client.post(`/api/sessions/${page.id}/previews/${dev.port}/ticket`);
      expect(answer.status).toBe(403);
    });

    it('no ticket twice, or elsewhere', async () => {
      const { ticket } = await previewTicketFor(page, dev.port);
      expect((await postTicket(app, host, ticket)).status).toBe(204);
      expect((await postTicket(app, host, ticket)).status).toBe(401);
      const { ticket: misplaced } = await previewTicketFor(page, dev.port);
      expect((await postTicket(app, page.host, misplaced)).status).toBe(401);
      const { ticket: stray } = await previewTicketFor(page, other.port);
      expect((await postTicket(app, host, stray)).status).toBe(401);
    });

    it.each(['0', '65536', '99999', 'x', '-1', '1e3'])('no port %s', async (port) => {
      const answer = await page.ask({ method: 'POST', path: `/api/previews/${port}/ticket` });
      expect([400, 404]).toContain(answer.status);
    });

    it('not the port of container-agent itself', async () => {
      const entered = await enter(page, (agent.server.address() as AddressInfo).port);
      const answer = await ask(app, entered.host, { headers: { ...frame, cookie: entered.cookie } });
      expect(answer.status).toBe(502);
    });

    it('nobody once the login has ended, sockets included', async () => {
      const another = await app.addUser();
      const own = await SessionPage.open(app, another);
      const theirTunnel = openTunnel(app, own.id, await sessionToken(app, own.id), agent.server);
      await waitFor(async () => (await own.ask('/api/workspace/files')).status === 200);
      const entered = await enter(own, dev.port);
      const socket = openSocket('/', entered);
      await once(socket, 'open');
      await app.as(another).post('/api/auth/logout');
      await once(socket, 'close');
      const headers = { ...frame, cookie: entered.cookie };
      expect((await ask(app, entered.host, { headers })).status).toBe(401);
      theirTunnel.stop();
    });

    it('nobody once the session is deleted', async () => {
      const own = await SessionPage.open(app, user);
      const entered = await enter(own, dev.port);
      await app.as(user).delete(`/api/sessions/${own.id}`);
      await waitFor(async () => {
        const answer = await ask(app, entered.host, { headers: { ...frame, cookie: entered.cookie } });
        return answer.status === 404;
      });
    });

    it('tells the page nothing of the app', async () => {
      const answer = await askPreview({ path: '/__session/config.json' });
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, {}]);
    });
  });

  describe('and sleep', () => {
    it('says that the session is used when somebody looks at it, and not each time', async () => {
      const told: string[] = [];
      const events = app.get(EventEmitter2);
      const listen = ({ sessionId }: { sessionId: string }): void => void told.push(sessionId);
      events.on(sessionEvents.used, listen);
      clock.advance(60_000);
      for (let i = 0; i < 5; i++) await navigate();
      expect(told).toEqual([page.id]);
      clock.advance(31_000);
      await page.ask('/api/ports');
      await page.ask('/api/terminals');
      expect(told).toEqual([page.id]);
      await page.ask({ method: 'PUT', path: '/api/workspace/files/a', body: 'x' });
      expect(told).toEqual([page.id, page.id]);
      events.off(sessionEvents.used, listen);
    });

    it('counts a socket that is used, and not one that is merely open', async () => {
      const told: string[] = [];
      const events = app.get(EventEmitter2);
      const listen = ({ sessionId }: { sessionId: string }): void => void told.push(sessionId);
      const socket = openSocket('/');
      await once(socket, 'open');
      events.on(sessionEvents.used, listen);
      clock.advance(60_000);
      socket.ping();
      await once(socket, 'pong');
      expect(told).toEqual([]);
      socket.send('x'.repeat(100));
      await once(socket, 'message');
      expect(told).toEqual([page.id]);
      socket.terminate();
      events.off(sessionEvents.used, listen);
    });
  });
});
