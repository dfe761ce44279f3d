import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Module } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeviceLoginResponse } from '@codex-webapp/contracts';
import type { PathWsServer } from '@codex-webapp/nest-kit';
import { FakeClock, listGatewayPaths } from '@codex-webapp/nest-kit/testing';
import { WebSocket } from 'ws';
import { ContainerProviderRegistry } from '../src/modules/containers/providers/container-provider.registry.ts';
import { FakeContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import { ManualContainerProvider } from '../src/modules/containers/providers/manual/manual.provider.ts';
import { tunnelPath } from '../src/modules/front-door/tunnel/tunnel-endpoint.ts';
import { ticketLifetimeMs } from '../src/modules/tickets/tickets.service.ts';
import { checkSocket } from './support/authorization-table.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { addContainer, forgeSessionTokens, issueSessionToken, write } from './support/forged-tokens.ts';
import { ticketFor } from './support/session-page.ts';
import {
  intrusionsAt,
  knownSockets,
  type Arrival,
  type SocketIntruder,
  type SocketName,
} from './support/socket-table.ts';
import { waitFor } from './support/wait-for.ts';

interface BegunLogin {
  readonly id: string;
  /** What its container gets. */
  readonly token: string;
}

@WebSocketGateway({ path: '/ws/planted' })
class PlantedGateway implements OnGatewayInit<PathWsServer> {
  afterInit(server: PathWsServer): void {
    server.authorizeWith(() => Promise.resolve({}));
  }
}

@Module({ providers: [PlantedGateway] })
class PlantedModule {}

const clock = new FakeClock();
/** Runs in memory what logs in: who would use its token is this test. */
const provider = new FakeContainerProvider();
const manual = new ManualContainerProvider({ folder: '/var/sessions', mainUrl: 'http://localhost:3010' });
let app: TestApp;
let sessionId: string;
let login: BegunLogin;
let usedSocket: WebSocket;
/** Of who may come to each socket. */
let rights: Readonly<Record<SocketName, Arrival>>;
let intruders: readonly SocketIntruder[];
let onContainersListener: readonly SocketIntruder[];

beforeAll(async () => {
  app = await createTestApp({
    clock,
    imports: [PlantedModule],
    override: (builder) =>
      builder
        .overrideProvider(ContainerProviderRegistry)
        .useValue(new ContainerProviderRegistry([provider, manual], provider.name)),
  });
  const [owner, other] = [await app.addUser(), await app.addUser()];
  const { id, origin } = await app.addSession(owner, { provider: 'manual' });
  const { origin: siblingOrigin } = await app.addSession(owner, { provider: 'manual' });
  const { id: otherId, origin: otherOrigin } = await app.addSession(other, { provider: 'manual' });
  sessionId = id;
  await addContainer(app, sessionId, 2);
  await addContainer(app, otherId, 1);

  const [expired, ended] = [await app.addUser(), await app.addUser()];
  await write(app, 'UPDATE logins SET expires_at = 1 WHERE id = ?', [expired.loginId]);
  await app.as(ended).post('/api/auth/logout');
  const expiredToken = await app.addToken(owner);
  await write(app, 'UPDATE api_tokens SET expires_at = 1 WHERE user_id = ?', [owner.id]);
  const ownToken = await app.addToken(owner);
  const otherToken = await app.addToken(other);
  const sessionToken = issueSessionToken(app, sessionId, 2);
  const otherSessionToken = issueSessionToken(app, otherId, 1);

  const ticket = () => ticketFor(app, owner, sessionId, 'socket');
  const expiredTicket = await ticket();
  clock.advance(ticketLifetimeMs + 1_000);
  const usedTicket = await ticket();
  (await open(`/ws/sessions/${sessionId}?token=${usedTicket}`, { origin })).terminate();

  login = await beginLogin(owner);
  const otherLogin = await beginLogin(other);
  const usedLogin = await beginLogin(await app.addUser());
  usedSocket = await open(`/ws/device-logins/${usedLogin.id}`, bearer(usedLogin.token));
  const endedLogin = await beginLogin(owner, 'codex');
  await app.as(owner).delete('/api/credentials/codex/login');

  const ownerOnApp = { ...cookieOf(owner), Origin: app.origin };
  rights = {
    client: { token: ticket, headers: { Origin: origin } },
    link: { headers: bearer(sessionToken) },
    list: { headers: ownerOnApp },
    login: { headers: bearer(login.token) },
    tunnel: { headers: bearer(sessionToken) },
  };
  const inQuery = (token: Arrival['token'] = '') => ({ token, headers: { Origin: origin } });
  const withRights = (headers: Readonly<Record<string, string>>) => (socket: SocketName) => ({
    ...rights[socket],
    headers: { ...rights[socket].headers, ...headers },
  });

  const worthless = {
    'an API token nobody issued': `cwt_${'x'.repeat(43)}`,
    'an expired API token': expiredToken,
    'a ticket nobody issued': 'x'.repeat(43),
    'an expired ticket': expiredTicket,
    'a used ticket': usedTicket,
    'the secret of an expired login': expired.cookie,
    "the token of somebody else's login of an agent": otherLogin.token,
    ...Object.fromEntries(
      Object.entries(forgeSessionTokens(app, sessionId)).map(([name, token]) => [
        `a session token with ${name}`,
        token,
      ]),
    ),
  };
  intruders = [
    { name: 'no credential', arrival: {} },
    { name: 'no credential, on the page of the session', arrival: inQuery(), but: { tunnel: 403 } },
    {
      name: 'no credential, on a page of the app',
      arrival: { headers: { Origin: app.origin } },
      but: { tunnel: 403 },
    },
    ...Object.entries(worthless).flatMap(([name, token]) => [
      { name: `${name} as bearer`, arrival: { headers: bearer(token) } },
      { name: `${name} in the query`, arrival: { token } },
      { name: `${name} in the query of a page`, arrival: inQuery(token), but: { tunnel: 403 } },
    ]),
    {
      name: 'an expired login',
      arrival: { headers: { ...cookieOf(expired), Origin: app.origin } },
      but: { tunnel: 403 },
    },
    {
      name: 'a login that was ended',
      arrival: { headers: { ...cookieOf(ended), Origin: app.origin } },
      but: { tunnel: 403 },
    },
    {
      name: 'a login that says nothing of its page',
      arrival: { headers: cookieOf(owner) },
      but: { list: 403 },
    },
    {
      name: 'a login on a page of the app',
      arrival: { headers: ownerOnApp },
      but: { list: null, tunnel: 403 },
    },
    {
      name: 'a login on the page of a session',
      arrival: { headers: { ...cookieOf(owner), Origin: origin } },
      but: { list: 403, tunnel: 403 },
    },
    {
      name: 'the login of another user',
      arrival: { headers: { ...cookieOf(other), Origin: app.origin } },
      but: { list: null, tunnel: 403 },
    },
    {
      name: 'an API token',
      arrival: { headers: bearer(ownToken) },
      but: { client: null, link: 403, list: null },
    },
    {
      name: 'the API token of another user',
      arrival: { headers: bearer(otherToken) },
      but: { client: 404, link: 403, list: null },
    },
    { name: 'an API token in the query', arrival: { token: ownToken } },
    { name: 'the API token of another user in the query', arrival: { token: otherToken } },
    {
      name: 'a ticket of the session',
      arrival: inQuery(ticket),
      but: { client: null, link: 403, tunnel: 403 },
    },
    { name: 'a ticket of the session as bearer', arrival: { headers: bearer(await ticket()) } },
    {
      name: 'a ticket for the page of the session',
      arrival: inQuery(() => ticketFor(app, owner, sessionId, 'enter')),
      but: { tunnel: 403 },
    },
    {
      name: 'a ticket of another user',
      arrival: inQuery(() => ticketFor(app, other, otherId, 'socket')),
      but: { tunnel: 403 },
    },
    {
      name: 'a ticket of another user on the page it is for',
      arrival: { token: () => ticketFor(app, other, otherId, 'socket'), headers: { Origin: otherOrigin } },
      but: { tunnel: 403 },
    },
    {
      name: 'the session token',
      arrival: { headers: bearer(sessionToken) },
      but: { client: 403, link: null, tunnel: null },
    },
    {
      name: 'the session token in the query',
      arrival: { token: sessionToken },
      but: { client: 403, link: null },
    },
    {
      name: 'the session token of another session',
      arrival: { headers: bearer(otherSessionToken) },
      but: { client: 403 },
    },
    {
      name: 'the session token of another session in the query',
      arrival: { token: otherSessionToken },
      but: { client: 403 },
    },
    {
      name: 'the token of a login of an agent',
      arrival: { headers: bearer(login.token) },
      but: { login: null },
    },
    { name: 'the token of a login of an agent in the query', arrival: { token: login.token } },
    {
      name: 'that token, for a login nobody began',
      arrival: { headers: bearer(login.token), loginId: randomUUID() },
    },
    {
      name: 'the used token of a login that is under way',
      arrival: { headers: bearer(usedLogin.token), loginId: usedLogin.id },
    },
    {
      name: 'the token of a login that was cancelled',
      arrival: { headers: bearer(endedLogin.token), loginId: endedLogin.id },
    },
    ...['https://evil.example', 'null', `${app.origin}.evil`, siblingOrigin, otherOrigin].map((foreign) => ({
      name: `who has the right to, with Origin ${foreign}`,
      arrival: withRights({ Origin: foreign }),
      but: { client: 401, link: 403, list: 403, login: 403, tunnel: 403 },
    })),
    {
      name: 'who has the right to, on a page of the app',
      arrival: withRights({ Origin: app.origin }),
      but: { client: 401, link: 403, list: null, login: 403, tunnel: 403 },
    },
    {
      name: 'who has the right to, on the page of the session',
      arrival: withRights({ Origin: origin }),
      but: { client: null, link: 403, list: 403, login: 403, tunnel: 403 },
    },
    {
      name: 'who has the right to, under a foreign Host',
      arrival: withRights({ Host: 'evil.example' }),
      but: { client: 421, link: 421, list: 421, login: 421, tunnel: 421 },
    },
  ];
  onContainersListener = [
    { name: 'no credential', arrival: {}, but: { client: 404, link: 404, list: 404 } },
    {
      name: 'an API token',
      arrival: { headers: bearer(ownToken) },
      but: { client: 404, link: 404, list: 404 },
    },
    {
      name: 'who has the right to',
      arrival: withRights({}),
      but: { client: 404, link: null, list: 404, login: null, tunnel: null },
    },
  ];
});

afterAll(async () => {
  usedSocket.terminate();
  await app[Symbol.asyncDispose]();
});

const ownPaths = () =>
  [...listGatewayPaths(app.nest), tunnelPath].filter((path) => path !== '/ws/planted').sort();
const cellsAt = (path: string, columns = intruders) =>
  intrusionsAt(path, columns, { sessionId, loginId: login.id });

describe('the authorization table of sockets', () => {
  it('knows every socket by name', () => {
    expect(ownPaths()).toEqual(Object.keys(knownSockets));
  });

  it('refuses every intruder at every socket before the 101, with the exact status, and nothing is changed', async () => {
    const problems: string[] = [];
    for (const path of ownPaths()) {
      const cells = await cellsAt(path);
      expect(cells.length).toBeGreaterThan(60);
      problems.push(...(await checkSocket(app, app.server.port, cells)));
    }
    expect(problems).toEqual([]);
    expect((await app.query('SELECT id FROM brief_containers')).length).toBe(3);
  });

  it('refuses users on the listener for containers', async () => {
    const problems: string[] = [];
    for (const path of ownPaths()) {
      const cells = await cellsAt(path, onContainersListener);
      problems.push(...(await checkSocket(app, app.server.containerPort, cells)));
    }
    expect(problems).toEqual([]);
  });

  it.each(['/ws/nothing', '/ws/sessions', '/ws/device-logins', '/api/sessions'])(
    'has no socket at %s',
    async (path) => {
      const intrusion = { name: 'anybody', path, target: path, expected: 404 };
      expect(await checkSocket(app, app.server.port, [intrusion])).toEqual([]);
    },
  );

  it('lets the right ones in: the table does not pass because nothing works', async () => {
    const problems: string[] = [];
    for (const path of ownPaths()) {
      const arrival = rights[knownSockets[path as keyof typeof knownSockets]];
      const [cell] = await cellsAt(path, [{ name: 'who has the right to', arrival }]);
      if (cell) problems.push(...(await checkSocket(app, app.server.port, [{ ...cell, expected: 101 }])));
    }
    expect(problems.filter((problem) => problem.includes('instead of'))).toEqual([]);
  });

  it('turns red for a socket without a guard', async () => {
    // A foreign Host is refused before any gateway is asked.
    const cells = (await cellsAt('/ws/planted')).filter(({ headers }) => headers?.['Host'] === undefined);
    expect(listGatewayPaths(app.nest)).toContain('/ws/planted');
    expect(await checkSocket(app, app.server.port, cells)).toEqual(
      cells.map(({ name }) => `/ws/planted × ${name}: 101 instead of 401`),
    );
  });
});

async function beginLogin(user: TestUser, agent = 'claude'): Promise<BegunLogin> {
  const { body } = await app.as(user).post(`/api/credentials/${agent}/login`);
  const { id } = body as DeviceLoginResponse;
  await waitFor(() => provider.containers.has(id));
  return { id, token: provider.containers.get(id)?.spec.environment['SESSION_TOKEN'] ?? '' };
}

async function open(path: string, headers: Readonly<Record<string, string>>): Promise<WebSocket> {
  const url = `${app.url.replace(/^http/, 'ws')}${path}`;
  const socket = new WebSocket(url, { headers: { host: app.host, ...headers } });
  await once(socket, 'open');
  return socket;
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

function cookieOf(user: TestUser) {
  return { cookie: `codex-webapp-login=${user.cookie}` };
}
