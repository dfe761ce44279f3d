import { Controller, Get, Module, Param } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { DataSource } from 'typeorm';
import { Public } from '../src/common/access.decorator.ts';
import { listRoutes, type RouteEntry } from '../src/common/route-list.ts';
import { TicketsService } from '../src/modules/tickets/tickets.service.ts';
import { checkRoute, type Intruder, type TableContext } from './support/authorization-table.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { addContainer, forgeSessionTokens, issueSessionToken, write } from './support/forged-tokens.ts';
import { ticketFor } from './support/session-page.ts';

/** The only routes a stranger may call. A new one must be added here by hand. */
const publicRoutes = [
  'GET /api/auth/setup',
  'GET /health/live',
  'GET /health/ready',
  'POST /api/auth/login',
  'POST /api/auth/setup',
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

@Module({ controllers: [PlantedController] })
class PlantedModule {}

const clock = new FakeClock();
const metricsToken = 'a-token-for-metrics-alone';
let app: TestApp;
let owner: TestUser;
let other: TestUser;
let context: TableContext;
let intruders: readonly Intruder[];
let sessionId: string;

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

beforeAll(async () => {
  app = await createTestApp({ clock, imports: [PlantedModule], env: { METRICS_TOKEN: metricsToken } });
  [owner, other] = [await app.addUser(), await app.addUser()];
  const admin = await app.addAdmin();
  const { id, origin } = await app.addSession(owner, { provider: 'manual' });
  sessionId = id;
  const { id: otherSessionId } = await app.addSession(other, { provider: 'manual' });
  await addContainer(app, sessionId, 2);
  await addContainer(app, otherSessionId, 1);

  const expired = await app.addUser();
  await write(app, 'UPDATE logins SET expires_at = 1 WHERE id = ?', [expired.loginId]);
  const ended = await app.addUser();
  await app.as(ended).post('/api/auth/logout');
  const expiredToken = await app.addToken(owner);
  await write(app, 'UPDATE api_tokens SET expires_at = 1 WHERE user_id = ?', [owner.id]);
  const ownerToken = await app.addToken(owner);
  const readToken = await app.addToken(owner, 'read');
  const otherToken = await app.addToken(other);
  const usedTicket = await ticketFor(app, owner, sessionId, 'socket');
  app.get(TicketsService).redeem(usedTicket, 'socket', { sessionId, origin });
  const forged = forgeSessionTokens(app, sessionId);
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
      client: app.withToken(issueSessionToken(app, sessionId, 2)),
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
      client: app.withToken(issueSessionToken(app, otherSessionId, 1)),
      expected: forContainers(404),
    },
    ...Object.entries(forged).map(([name, token]) => ({
      name: `a session token with ${name}`,
      client: app.withToken(token),
      expected: forEverybody(401),
    })),
    {
      name: 'a ticket for a socket',
      client: app.withToken(await ticketFor(app, owner, sessionId, 'socket')),
      expected: forEverybody(401),
    },
    { name: 'a used ticket', client: app.withToken(usedTicket), expected: forEverybody(401) },
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
      client: app.withToken(otherToken),
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
