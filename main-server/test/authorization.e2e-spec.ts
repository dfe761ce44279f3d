import { Controller, Get, Module, Param } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PathWsServer } from '@codex-webapp/nest-kit';
import { FakeClock, listGatewayPaths } from '@codex-webapp/nest-kit/testing';
import { DataSource } from 'typeorm';
import { Public } from '../src/common/access.decorator.ts';
import { listRoutes, type RouteEntry } from '../src/common/route-list.ts';
import { Secrets } from '../src/database/secrets.ts';
import type { ServerDataSource } from '../src/database/server-data-source.ts';
import { SessionTokensService } from '../src/modules/auth/session-tokens.service.ts';
import {
  checkRoute,
  checkSocket,
  type Intruder,
  type SocketIntrusion,
  type TableContext,
} from './support/authorization-table.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';

/** The only routes a stranger may call. A new one must be added here by hand. */
const publicRoutes = [
  'GET /api/auth/setup',
  'GET /health/live',
  'GET /health/ready',
  'POST /api/auth/login',
  'POST /api/auth/setup',
];

/** No gateway's: the front door takes it before any of them is asked. */
const tunnelPath = '/ws/sessions/:sessionId/tunnel';

/** Whatever a gateway is called, this and the tunnel are all that can be upgraded. */
const knownSockets = [
  '/ws/device-logins/:loginId',
  '/ws/events',
  '/ws/sessions/:sessionId?role=client',
  '/ws/sessions/:sessionId?role=container',
];

/** Valid requests, so that a refusal is about who asks and not about what. */
const bodies = {
  AuthController_setUp: { token: 'x'.repeat(43), username: 'x', password: 'a fine long password' },
  ApiTokensController_create: { name: 'x' },
  UsersController_create: { username: 'x', password: 'a fine long password' },
  DokploySettingsController_save: { baseUrl: 'https://dokploy.example.com', apiKey: 'x' },
  DokploySettingsController_test: { baseUrl: 'https://dokploy.example.com', apiKey: 'x' },
  CredentialsController_save: { secret: 'a-key-of-an-agent' },
  UserAgentSettingsController_saveEnvironment: { variables: [] },
  UserAgentSettingsController_saveMcpServers: { servers: [] },
  SessionAgentSettingsController_saveEnvironment: { variables: [] },
  SessionAgentSettingsController_saveMcpServers: { servers: [] },
  DeviceLoginsController_type: { text: 'x' },
  ContainerCredentialsController_renew: { agent: 'codex', refusedTokenHash: '0'.repeat(64) },
  SessionsController_update: { title: 'x' },
  PromptsController_queue: { text: 'x' },
  PromptsController_interrupt: { turnId: 'x' },
  AgentRequestsController_answer: { optionId: 'x' },
  WebhooksController_storeMessage: { role: 'assistant', text: 'x' },
  WebhooksController_suggestTitle: { title: 'x' },
};

@Controller('api/planted/:sessionId')
class PlantedController {
  constructor(private readonly dataSource: DataSource) {}

  @Public()
  @Get('public')
  open(): object {
    return {};
  }

  @Get('unowned')
  unowned(@Param('sessionId') sessionId: string): Promise<unknown> {
    return this.dataSource.query('SELECT title FROM sessions WHERE id = ?', [sessionId]);
  }
}

@WebSocketGateway({ path: '/ws/planted' })
class PlantedGateway implements OnGatewayInit<PathWsServer> {
  afterInit(server: PathWsServer): void {
    server.authorizeWith(() => Promise.resolve({}));
  }
}

@Module({ controllers: [PlantedController], providers: [PlantedGateway] })
class PlantedModule {}

const clock = new FakeClock();
const metricsToken = 'a-token-for-metrics-alone';
let app: TestApp;
let owner: TestUser;
let other: TestUser;
let context: TableContext;
let intruders: readonly Intruder[];
let sessionId: string;
let otherSessionId: string;
let origin: string;
let sessionToken: (sessionId: string, generation: number) => string;
let forged: Readonly<Record<string, string>>;
let secrets: {
  readonly expiredCookie: string;
  readonly expiredToken: string;
  readonly ownerToken: string;
  readonly otherToken: string;
};

const isUnsafe = ({ method }: RouteEntry) => method !== 'GET';
/** What a user keeps for an agent is named by the agent: the same path is everybody's own. */
const isOnesOwn = ({ path }: RouteEntry) => path.startsWith('/api/credentials/');
const hasOwner = (route: RouteEntry) => route.path.includes('/:') && !isOnesOwn(route);
const isForUsers = ({ access }: RouteEntry) => ['user', 'admin', 'metrics'].includes(access);
/** What a page may do that is not of the app, with the cookies of a browser or without: nothing. */
const isForPages = (route: RouteEntry) => isForUsers(route) || route.access === 'public';
const isForAdmins = ({ access }: RouteEntry) => access === 'admin' || access === 'metrics';
const forUsers = (status: number) => (route: RouteEntry) => (isForUsers(route) ? status : null);
const forContainers = (status: number) => (route: RouteEntry) =>
  route.access === 'container' ? status : null;
const forEverybody = (status: number) => (route: RouteEntry) => (route.access === 'public' ? null : status);

function write(sql: string, parameters: readonly unknown[]): Promise<unknown> {
  const { writeQueue } = app.get(DataSource) as ServerDataSource;
  return writeQueue.run((manager) => manager.query(sql, [...parameters]));
}

async function addContainer(id: string, generation: number): Promise<void> {
  await write(
    `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, steps, updated_at)
     VALUES (?, 'manual', 'stopped', 'stopped', ?, ?, '[]', 0)
     ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, token_issued_at = excluded.token_issued_at`,
    [id, generation, Math.floor(clock.now() / 1_000)],
  );
}

beforeAll(async () => {
  app = await createTestApp({ clock, imports: [PlantedModule], env: { METRICS_TOKEN: metricsToken } });
  [owner, other] = [await app.addUser(), await app.addUser()];
  const admin = await app.addAdmin();
  ({ id: sessionId, origin } = await app.addSession(owner, { provider: 'manual' }));
  ({ id: otherSessionId } = await app.addSession(other, { provider: 'manual' }));
  await addContainer(sessionId, 2);
  await addContainer(otherSessionId, 1);

  const expired = await app.addUser();
  await write('UPDATE logins SET expires_at = 1 WHERE id = ?', [expired.loginId]);
  const ended = await app.addUser();
  await app.as(ended).post('/api/auth/logout');
  const expiredToken = await app.addToken(owner);
  await write('UPDATE api_tokens SET expires_at = 1 WHERE user_id = ?', [owner.id]);
  const ownerToken = await app.addToken(owner);
  const readToken = await app.addToken(owner, 'read');
  secrets = {
    expiredCookie: expired.cookie,
    expiredToken,
    ownerToken,
    otherToken: await app.addToken(other),
  };

  const issuedAt = Math.floor(clock.now() / 1_000);
  sessionToken = (id, generation) =>
    app.get(SessionTokensService).issue({ sessionId: id, generation, issuedAt });
  const sign = (changes: {
    secret?: string;
    typ?: string;
    audience?: string;
    issuer?: string;
    exp?: number;
    gen?: unknown;
    alg?: 'HS256' | 'HS512';
  }) =>
    new JwtService().sign(
      { gen: changes.gen ?? 2, iat: issuedAt, exp: changes.exp ?? issuedAt + 1_000 },
      {
        secret: changes.secret ?? app.get(Secrets).jwtSecret,
        algorithm: changes.alg ?? 'HS256',
        header: { alg: changes.alg ?? 'HS256', typ: changes.typ ?? 'cw-container+jwt' },
        issuer: changes.issuer ?? 'codex-webapp',
        audience: changes.audience ?? 'codex-webapp/containers',
        subject: sessionId,
        jwtid: `${sessionId}.2`,
      },
    );
  const [, payload] = sessionToken(sessionId, 2).split('.');
  forged = {
    'another key': sign({ secret: 'x'.repeat(64) }),
    'another typ': sign({ typ: 'JWT' }),
    'another audience': sign({ audience: 'webhook' }),
    'another issuer': sign({ issuer: 'somebody' }),
    'another algorithm': sign({ alg: 'HS512' }),
    'alg none': `${Buffer.from('{"alg":"none","typ":"cw-container+jwt"}').toString('base64url')}.${payload}.`,
    'its time over': sign({ exp: issuedAt - 120 }),
    'a generation that is no number': sign({ gen: '2' }),
    'an old generation': sessionToken(sessionId, 1),
    'a generation to come': sessionToken(sessionId, 3),
  };

  const asOwner = app.as(owner);
  const silent = asOwner.with({ 'sec-fetch-site': undefined });
  intruders = [
    { name: 'no credential', client: app.anonymous(), expected: forEverybody(401) },
    {
      name: 'a cookie nobody issued',
      client: app.as({ cookie: 'x'.repeat(43) }),
      expected: forEverybody(401),
    },
    { name: 'an expired login', client: app.as(expired), expected: forEverybody(401) },
    { name: 'a login that was ended', client: app.as(ended), expected: forEverybody(401) },
    {
      name: 'a bearer token nobody issued',
      client: app.withToken(`cwt_${'x'.repeat(43)}`),
      expected: forEverybody(401),
    },
    { name: 'an expired API token', client: app.withToken(expiredToken), expected: forEverybody(401) },
    {
      name: 'a bad bearer token beside a good cookie',
      client: asOwner.with({ authorization: 'Bearer x' }),
      expected: forEverybody(401),
    },
    {
      name: 'the session token of a container',
      client: app.withToken(sessionToken(sessionId, 2)),
      expected: forUsers(401),
    },
    { name: 'the login of a user, for a container', client: asOwner, expected: forContainers(401) },
    {
      name: 'an API token, for a container',
      client: app.withToken(ownerToken),
      expected: forContainers(401),
    },
    {
      name: 'the token of another session',
      client: app.withToken(sessionToken(otherSessionId, 1)),
      expected: forContainers(404),
    },
    ...Object.entries(forged).map(([name, token]) => ({
      name: `a session token with ${name}`,
      client: app.withToken(token),
      expected: forEverybody(401),
    })),
    {
      name: 'a ticket for a socket',
      client: app.withToken(await newTicket(owner, sessionId)),
      expected: forEverybody(401),
    },
    {
      name: 'another user',
      client: app.as(other),
      expected: (route) => (route.access === 'user' && hasOwner(route) ? 404 : null),
    },
    {
      name: 'another user, an admin',
      client: app.as(admin),
      expected: (route) => (route.access === 'user' && hasOwner(route) ? 404 : null),
    },
    {
      name: 'the API token of another user',
      client: app.withToken(secrets.otherToken),
      expected: (route) => (route.access === 'user' && hasOwner(route) ? 404 : null),
    },
    { name: 'no admin', client: asOwner, expected: (route) => (isForAdmins(route) ? 403 : null) },
    {
      name: 'the token of who collects metrics',
      client: app.withToken(metricsToken),
      expected: (route) => (['metrics', 'public'].includes(route.access) ? null : 401),
    },
    {
      name: 'an API token that may only read',
      client: app.withToken(readToken),
      expected: (route) => (isForUsers(route) && isUnsafe(route) ? 403 : null),
    },
    ...foreignPages(origin).flatMap(({ name, headers }) => [
      {
        name: `the owner's browser ${name}`,
        client: silent.with(headers),
        expected: (route: RouteEntry) =>
          isForPages(route) && !isForAdmins(route) && isUnsafe(route) ? 403 : null,
      },
      {
        name: `an admin's browser ${name}`,
        client: app.as(admin).with({ 'sec-fetch-site': undefined, ...headers }),
        expected: (route: RouteEntry) => (isForAdmins(route) && isUnsafe(route) ? 403 : null),
      },
    ]),
    ...foreignPages(origin)
      .filter(({ headers }) => Object.keys(headers).length > 0)
      .map(({ name, headers }) => ({
        name: `a browser without a login ${name}`,
        client: app.anonymous().with(headers),
        expected: (route: RouteEntry) => (route.access === 'public' && isUnsafe(route) ? 403 : null),
      })),
  ];
  const [ownedToken] = await app.query<{ id: string }>(
    'SELECT id FROM api_tokens WHERE user_id = ? LIMIT 1',
    [owner.id],
  );
  context = {
    app,
    params: { sessionId, tokenId: ownedToken!.id, port: '5173', agent: 'codex', kind: 'api-key' },
    // What would log in, if it came from a page of ours.
    bodies: { ...bodies, AuthController_logIn: { username: owner.username, password: owner.password } },
  };
});

afterAll(() => app[Symbol.asyncDispose]());

const ownRoutes = () => listRoutes(app.nest).filter(({ path }) => !path.startsWith('/api/planted'));

describe('the authorization table', () => {
  it('knows every public route by name', () => {
    const open = ownRoutes().filter(({ access }) => access === 'public');
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(publicRoutes);
  });

  it('refuses every intruder at every route with the exact status, and nothing is changed', async () => {
    const routes = ownRoutes();
    expect(routes.length).toBeGreaterThan(20);
    const problems: string[] = [];
    for (const route of routes) problems.push(...(await checkRoute(context, route, intruders)));
    expect(problems).toEqual([]);
  });

  it('reads without changing anything: no GET has an effect, also from a foreign page', async () => {
    const reader: Intruder = {
      name: 'the owner',
      client: app.as(owner).with({ 'sec-fetch-site': 'cross-site' }),
      expected: () => 200,
    };
    const gets = ownRoutes().filter(
      ({ method, access, path }) => method === 'GET' && access === 'user' && !/:(?!sessionId)/.test(path),
    );
    expect(gets.length).toBeGreaterThan(3);
    const problems: string[] = [];
    for (const route of gets) problems.push(...(await checkRoute(context, route, [reader])));
    expect(problems.filter((problem) => problem.includes('changed'))).toEqual([]);
  });

  it('lets the same bodies in from a page of ours: what foreign pages are refused would have worked', async () => {
    const login = context.bodies['AuthController_logIn'];
    const { status } = await app.anonymous().with({ origin: app.origin }).post('/api/auth/login', login);
    expect(status).toBe(200);
  });

  it('knows every socket by name', () => {
    expect(listGatewayPaths(app.nest).filter((path) => path !== '/ws/planted')).toEqual(knownSockets);
  });

  it('refuses who has no credential that counts at every socket that there is', async () => {
    const paths = listGatewayPaths(app.nest).filter((path) => path !== '/ws/planted');
    const everywhere = [...paths, tunnelPath].flatMap(intrusionsAt);
    expect(await checkSocket(app, app.server.port, everywhere)).toEqual([]);
  });

  it('refuses every intruder at every socket before the 101, with the exact status', async () => {
    expect(await checkSocket(app, app.server.port, await intrusions())).toEqual([]);
    const onContainersListener: readonly SocketIntrusion[] = [
      {
        name: 'a page, on the listener for containers',
        target: `/ws/sessions/${sessionId}?role=client`,
        headers: { Authorization: `Bearer ${secrets.ownerToken}` },
        expected: 404,
      },
      {
        name: 'a user, on the listener for containers',
        target: '/ws/events',
        headers: { Authorization: `Bearer ${secrets.ownerToken}` },
        expected: 404,
      },
    ];
    expect(await checkSocket(app, app.server.containerPort, onContainersListener)).toEqual([]);
  });

  it('lets the right ones in: the table does not pass because nothing works', async () => {
    const ticket = await newTicket(owner, sessionId);
    const welcome: readonly SocketIntrusion[] = [
      {
        name: 'a ticket',
        target: `/ws/sessions/${sessionId}?role=client&token=${ticket}`,
        headers: { Origin: origin },
        expected: 101,
      },
      {
        name: 'an API token',
        target: `/ws/sessions/${sessionId}?role=client`,
        headers: bearer(secrets.ownerToken),
        expected: 101,
      },
      {
        name: 'the page',
        target: '/ws/events',
        headers: { Cookie: `codex-webapp-login=${owner.cookie}`, Origin: app.origin },
        expected: 101,
      },
      {
        name: 'the container',
        target: `/ws/sessions/${sessionId}?role=container`,
        headers: bearer(sessionToken(sessionId, 2)),
        expected: 101,
      },
      {
        name: 'the container, as in the seed',
        target: `/ws/sessions/${sessionId}?role=container&token=${sessionToken(sessionId, 2)}`,
        expected: 101,
      },
    ];
    const problems = await checkSocket(app, app.server.port, welcome);
    expect(problems.filter((problem) => problem.includes('instead of'))).toEqual([]);
  });
});

describe('the table itself', () => {
  const planted = (name: string) =>
    listRoutes(app.nest).find(({ operationId }) => operationId === `PlantedController_${name}`)!;

  it('turns red for a route without a guard', async () => {
    const route = planted('open');
    expect(publicRoutes).not.toContain(`${route.method} ${route.path}`);
    const problems = await checkRoute(context, { ...route, access: 'user' }, intruders);
    expect(problems).toContain('GET /api/planted/:sessionId/public × no credential: 200 instead of 401');
  });

  it('turns red for a route that forgets the owner', async () => {
    expect(await checkRoute(context, planted('unowned'), intruders)).toEqual([
      'GET /api/planted/:sessionId/unowned × another user: 200 instead of 404',
      'GET /api/planted/:sessionId/unowned × another user, an admin: 200 instead of 404',
      'GET /api/planted/:sessionId/unowned × the API token of another user: 200 instead of 404',
    ]);
  });

  it('turns red for a socket without a guard', async () => {
    expect(knownSockets).not.toContain('/ws/planted');
    expect(listGatewayPaths(app.nest)).toContain('/ws/planted');
    const intrusionsThere = intrusionsAt('/ws/planted');
    expect(intrusionsThere.length).toBeGreaterThan(10);
    expect(await checkSocket(app, app.server.port, intrusionsThere)).toEqual(
      intrusionsThere.map(({ name }) => `/ws/planted × ${name}: 101 instead of 401`),
    );
  });

  it('turns red when a refused request changes the database', async () => {
    const sneaky: Intruder = {
      name: 'somebody',
      client: { send: () => app.as(owner).post('/api/sessions', {}) } as never,
      expected: () => 201,
    };
    expect(await checkRoute(context, planted('open'), [sneaky])).toEqual([
      'GET /api/planted/:sessionId/public × somebody: the database changed',
    ]);
  });
});

function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}

/** What browsers say of a page that is not the app's. The last says nothing, which no browser of today does. */
function foreignPages(sessionOrigin: string) {
  const origins = ['null', 'https://evil.example', 'http://evil.localhost', sessionOrigin];
  return [
    ...['cross-site', 'same-site', 'none'].map((site) => ({
      name: `on a ${site} page`,
      headers: { 'sec-fetch-site': site },
    })),
    ...origins.map((foreign) => ({ name: `with Origin ${foreign}`, headers: { origin: foreign } })),
    { name: 'that says nothing of where it is', headers: {} },
  ];
}

/** The ways to come that no socket may know, whatever it is for. */
function intrusionsAt(path: string): readonly SocketIntrusion[] {
  const [pathname = '', query = ''] = path
    .replace(':sessionId', sessionId)
    .replace(':loginId', '00000000-0000-4000-8000-000000000000')
    .split('?');
  const target = query === '' ? pathname : `${pathname}?${query}`;
  const tokens = {
    'a token nobody issued': `cwt_${'x'.repeat(43)}`,
    'an expired API token': secrets.expiredToken,
    ...Object.fromEntries(
      Object.entries(forged).map(([name, token]) => [`a session token with ${name}`, token]),
    ),
  };
  return [
    { name: 'no credential', target, expected: 401 },
    { name: 'a ticket nobody issued', target: `${pathname}?${query}&token=x`, expected: 401 },
    ...Object.entries(tokens).map(([name, token]) => ({
      name,
      target,
      headers: bearer(token),
      expected: 401,
    })),
  ];
}

async function newTicket(user: TestUser, id: string): Promise<string> {
  return (await app.as(user).post(`/api/sessions/${id}/ws-ticket`, {})).body.ticket;
}

async function intrusions(): Promise<readonly SocketIntrusion[]> {
  const client = (token: string, role = 'client') => `/ws/sessions/${sessionId}?role=${role}&token=${token}`;
  const link = `/ws/sessions/${sessionId}?role=container`;
  const tunnel = tunnelPath.replace(':sessionId', sessionId);
  const expiredTicket = await newTicket(owner, sessionId);
  clock.advance(31_000);
  const usedTicket = await newTicket(owner, sessionId);
  await checkSocket(app, app.server.port, [
    { name: 'first use', target: client(usedTicket), headers: { Origin: origin }, expected: 101 },
  ]);
  const cookie = { Cookie: `codex-webapp-login=${owner.cookie}` };
  return [
    {
      name: 'no credential',
      target: `/ws/sessions/${sessionId}`,
      headers: { Origin: origin },
      expected: 401,
    },
    ...[{}, cookie, bearer(secrets.ownerToken), bearer(sessionToken(sessionId, 2))].map((headers) => ({
      name: `the socket of a login, with ${Object.keys(headers).join() || 'nothing'}`,
      target: '/ws/device-logins/00000000-0000-4000-8000-000000000000',
      headers,
      expected: 401,
    })),
    { name: 'garbage', target: client('garbage'), headers: { Origin: origin }, expected: 401 },
    { name: 'a used ticket', target: client(usedTicket), headers: { Origin: origin }, expected: 401 },
    { name: 'an expired ticket', target: client(expiredTicket), headers: { Origin: origin }, expected: 401 },
    {
      name: 'a ticket of another session',
      target: client(await newTicket(other, otherSessionId)),
      headers: { Origin: origin },
      expected: 401,
    },
    {
      name: 'a ticket and a foreign Origin',
      target: client(await newTicket(owner, sessionId)),
      headers: { Origin: 'https://evil.example' },
      expected: 401,
    },
    {
      name: 'a ticket and a sibling Origin',
      target: client(await newTicket(owner, sessionId)),
      headers: { Origin: origin.replace(/\/\/[0-9a-f]/, '//x') },
      expected: 401,
    },
    { name: 'a ticket and no Origin', target: client(await newTicket(owner, sessionId)), expected: 401 },
    {
      name: 'a ticket with the role container',
      target: client(await newTicket(owner, sessionId), 'container'),
      headers: { Origin: origin },
      expected: 403,
    },
    {
      name: 'a login without a ticket',
      target: `/ws/sessions/${sessionId}?role=client`,
      headers: { ...cookie, Origin: app.origin },
      expected: 401,
    },
    {
      name: 'the API token of another user',
      target: `/ws/sessions/${sessionId}?role=client`,
      headers: bearer(secrets.otherToken),
      expected: 404,
    },
    {
      name: 'an API token with the role container',
      target: link,
      headers: bearer(secrets.ownerToken),
      expected: 403,
    },
    { name: 'a container with the role client', target: client(sessionToken(sessionId, 2)), expected: 403 },
    {
      name: 'a container of another session',
      target: link,
      headers: bearer(sessionToken(otherSessionId, 1)),
      expected: 401,
    },
    {
      name: 'a container that is a web page',
      target: link,
      headers: { ...bearer(sessionToken(sessionId, 2)), Origin: origin },
      expected: 403,
    },
    {
      name: 'the API token of another user with the role container',
      target: link,
      headers: bearer(secrets.otherToken),
      expected: 403,
    },
    { name: 'a used ticket as bearer', target: link, headers: bearer(usedTicket), expected: 401 },
    { name: 'a used ticket', target: `${tunnel}?token=${usedTicket}`, expected: 401 },
    { name: 'a used ticket as bearer', target: tunnel, headers: bearer(usedTicket), expected: 401 },
    {
      name: 'the API token of another user',
      target: tunnel,
      headers: bearer(secrets.otherToken),
      expected: 401,
    },
    { name: 'a login', target: tunnel, headers: cookie, expected: 401 },
    { name: 'a page of the app', target: tunnel, headers: { ...cookie, Origin: app.origin }, expected: 403 },
    { name: 'an API token', target: tunnel, headers: bearer(secrets.ownerToken), expected: 401 },
    {
      name: 'a container of another session',
      target: tunnel,
      headers: bearer(sessionToken(otherSessionId, 1)),
      expected: 401,
    },
    {
      name: 'a container that is a web page',
      target: tunnel,
      headers: { ...bearer(sessionToken(sessionId, 2)), Origin: origin },
      expected: 403,
    },
    { name: 'no credential', target: '/ws/events', headers: { Origin: app.origin }, expected: 401 },
    {
      name: 'an expired login',
      target: '/ws/events',
      headers: { Cookie: `codex-webapp-login=${secrets.expiredCookie}`, Origin: app.origin },
      expected: 401,
    },
    { name: 'a used ticket', target: `/ws/events?token=${usedTicket}`, expected: 401 },
    { name: 'a used ticket as bearer', target: '/ws/events', headers: bearer(usedTicket), expected: 401 },
    { name: 'a container', target: '/ws/events', headers: bearer(sessionToken(sessionId, 2)), expected: 401 },
    ...['https://evil.example', 'null', `${app.origin}.evil`, origin].map((foreign) => ({
      name: `the owner's browser with Origin ${foreign}`,
      target: '/ws/events',
      headers: { ...cookie, Origin: foreign },
      expected: 403,
    })),
    { name: "the owner's browser without an Origin", target: '/ws/events', headers: cookie, expected: 403 },
    { name: 'anybody at a path nobody knows', target: '/ws/nothing', expected: 404 },
    { name: 'anybody at a path of the API', target: '/api/sessions', expected: 404 },
    {
      name: 'anybody under a foreign Host',
      target: '/ws/events',
      headers: { ...bearer(secrets.ownerToken), Host: 'evil.example' },
      expected: 421,
    },
  ];
}
