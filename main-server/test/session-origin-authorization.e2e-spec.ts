import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import type { ReverseTunnel } from '../../container-agent/src/main-link/reverse-tunnel.ts';
import { listRoutes } from '../src/common/route-list.ts';
import { SessionEntry, type EntryRoute } from '../src/modules/front-door/session-entry.ts';
import { SessionGuests } from '../src/modules/front-door/session-guests.ts';
import { SessionOrigin } from '../src/modules/front-door/session-origin.ts';
import {
  conversationSocketPath,
  routeOf,
  sessionApiRoutes,
} from '../src/modules/front-door/session-routes.ts';
import { tunnelPath } from '../src/modules/front-door/tunnel/tunnel-endpoint.ts';
import { checkSocket, type SocketIntrusion } from './support/authorization-table.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { EchoAgent } from './support/echo-agent.ts';
import { addContainer, issueSessionToken } from './support/forged-tokens.ts';
import { openTunnel, SessionPage, ticketFor } from './support/session-page.ts';
import {
  askRow,
  checkSessionRow,
  fillPath,
  listSessionRows,
  type SessionIntruder,
  type SessionRow,
  type SessionTableContext,
} from './support/session-origin-table.ts';
import { makeVisitors, ownPage } from './support/session-origin-visitors.ts';
import { waitFor } from './support/wait-for.ts';

/** All that who has not entered may ask. A new one must be added here by hand. */
const publicRoutes = [
  'GET /__session/enter',
  'GET /__session/enter.js',
  'GET /__session/signed-out.js',
  'POST /__session/enter',
];

/** Some thousand requests, and as many looks at the whole database. */
const tableMs = 300_000;

const clock = new FakeClock();
let app: TestApp;
let owner: TestUser;
let page: SessionPage;
let agent: EchoAgent;
let tunnel: ReverseTunnel;
let context: SessionTableContext;
let unusedTicket: string;
let strangers: readonly SessionIntruder[];
let foreignPages: readonly SessionIntruder[];

beforeAll(async () => {
  app = await createTestApp({ clock });
  owner = await app.addUser();
  page = await SessionPage.open(app, owner);
  agent = await new EchoAgent().start();
  await addContainer(app, page.id, 1);
  const sessionToken = issueSessionToken(app, page.id, 1);
  tunnel = openTunnel(app, page.id, sessionToken, agent.server);
  await waitFor(async () => (await page.ask('/api/workspace/files')).status === 200);

  ({ strangers, foreignPages, unusedTicket } = await makeVisitors({ app, clock, owner, page, sessionToken }));
  context = {
    app,
    host: page.host,
    agent,
    params: {
      sessionId: page.id,
      sha256: '0'.repeat(64),
      port: '5173',
      promptId: 'p-1',
      turnId: 't-1',
      requestId: 'r-1',
      below: 'x',
    },
  };
});

afterAll(async () => {
  tunnel.stop();
  await agent.stop();
  await app[Symbol.asyncDispose]();
});

describe('the authorization table of session origins', () => {
  const rows = (): readonly SessionRow[] => listSessionRows(app);

  it('knows every public route by name', () => {
    const open = rows().filter(({ isPublic }) => isPublic);
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(publicRoutes);
  });

  it('knows no route of the app that is not there', () => {
    const inApp = new Set(
      listRoutes(app.nest).map(({ method, path }) => `${method} ${fillPath(path, context.params)}`),
    );
    const ours = rows().filter(({ kind, isListed }) => kind === 'app' && isListed);
    expect(ours.length).toBeGreaterThan(20);
    for (const { method, path } of ours) {
      const route = routeOf(method, fillPath(path, context.params), page.id);
      expect([...inApp]).toContain(`${method} ${route.kind === 'app' ? route.path : route.kind}`);
    }
  });

  it.each(['strangers', 'foreign pages'])(
    'refuses %s at every route with the exact status, reaches no container, and nothing is changed',
    async (who) => {
      const intruders = who === 'strangers' ? strangers : foreignPages;
      expect(intruders.length).toBeGreaterThan(10);
      const problems: string[] = [];
      for (const row of rows()) problems.push(...(await checkSessionRow(context, row, intruders)));
      expect(problems).toEqual([]);
    },
    tableMs,
  );

  it('refuses them at every socket of the origin, and nothing is changed', async () => {
    expect(await checkSocket(app, app.server.port, await intrusionsAtSockets())).toEqual([]);
    expect(agent.seen).toEqual([]);
  });
});

describe('the table itself', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const rowOf = (method: string, path: string): SessionRow => {
    const row = listSessionRows(app).find((each) => each.method === method && each.path === path);
    if (row === undefined) throw new Error(`The table has no ${method} ${path}`);
    return row;
  };

  it('turns red for a way in that nobody guards', async () => {
    const { routes } = app.get(SessionEntry);
    const planted: EntryRoute = {
      method: 'GET',
      path: '/__session/planted',
      isPublic: true,
      answer: (_request, response) => void response.writeHead(200).end(),
    };
    (routes as EntryRoute[]).push(planted);
    try {
      const row = rowOf('GET', planted.path);
      expect(row.isPublic).toBe(true);
      expect(publicRoutes).not.toContain(`GET ${planted.path}`);
      expect(await checkSessionRow(context, { ...row, isPublic: false }, strangers)).toEqual(
        strangers.map(({ name }) => `GET ${planted.path} × ${name}: 200 instead of 401`),
      );
    } finally {
      (routes as EntryRoute[]).pop();
    }
  });

  it('turns red for a route that is let through without a guard', async () => {
    const guests = app.get(SessionGuests);
    const user = {
      id: owner.id,
      username: owner.username,
      role: owner.role,
      via: 'login',
      loginId: owner.loginId,
      tokenId: null,
      scope: 'full',
    } as const;
    jest.spyOn(guests, 'findGuest').mockImplementation((_request, session) => ({ session, user }));
    expect(await checkSessionRow(context, rowOf('GET', '/api/controls'), strangers)).toEqual(
      strangers.map(({ name }) => `GET /api/controls × ${name}: 200 instead of 401`),
    );
    expect(await checkSessionRow(context, rowOf('GET', '/api/ports'), strangers.slice(0, 1))).toEqual([
      'GET /api/ports × no credential: 200 instead of 401',
      'GET /api/ports × no credential: reached the container',
    ]);
  });

  it('turns red for a route that asks no page where it is', async () => {
    const origin = app.get(SessionOrigin);
    const { request } = origin;
    jest.spyOn(origin, 'request').mockImplementation((asked, ...rest) => {
      if (asked.url === '/api/controls') asked.headers['sec-fetch-site'] = 'same-origin';
      return request.call(origin, asked, ...rest);
    });
    const withCookie = foreignPages.filter(
      ({ headers }) => 'cookie' in headers && !('sec-fetch-mode' in headers),
    );
    const [first] = withCookie;
    const problems = await checkSessionRow(
      context,
      rowOf('GET', '/api/controls'),
      withCookie.map((each) => ({ ...each, ticket: undefined })),
    );
    expect(first).toBeDefined();
    expect(problems).toEqual(withCookie.map(({ name }) => `GET /api/controls × ${name}: 200 instead of 403`));
  });
});

// The last: what its owner starts is another container than the one that answers here.
describe('the owner of a session', () => {
  it('is let in: the table does not pass because nothing works', async () => {
    const headers = { ...ownPage, cookie: page.cookie };
    expect((await page.navigate('/')).status).toBe(200);
    const socket = {
      name: 'the owner',
      headers: { Host: page.host, Origin: page.origin, Cookie: page.cookie },
      expected: 101,
    };
    const target = `/ws/sessions/${page.id}?token=${await ticketFor(app, owner, page.id, 'socket')}`;
    const welcome: readonly SocketIntrusion[] = [
      { ...socket, path: conversationSocketPath, target },
      { ...socket, path: '/api/terminals', target: '/api/terminals' },
    ];
    expect(await checkSocket(app, app.server.port, welcome)).toEqual([]);
    for (const row of orderedRows()) {
      const { status, body } = await askRow(context, row, { headers, ticket: unusedTicket });
      const { method, path, kind, isListed } = row;
      const cell = `${method} ${path}: ${status}`;
      // What the app says of a prompt or a body that is none is its own business.
      if (kind === 'app' && isListed)
        expect(`${cell} ${body}`).not.toMatch(/: (401|403|5\d\d) |route\.not_found/);
      else if (kind === 'container') expect(cell).toBe(`${method} ${path}: 200`);
      else if (kind === 'entry' && isListed)
        expect(cell).toBe(`${method} ${path}: ${method === 'POST' ? 204 : 200}`);
      else if (kind !== 'files') expect(cell).toBe(`${method} ${path}: 404`);
    }
  });
});

/** What is known, and the app's own last. */
function orderedRows(): readonly SessionRow[] {
  const rows = listSessionRows(app).filter(({ kind }) => kind !== 'none');
  return [...rows.filter(({ kind }) => kind !== 'app'), ...rows.filter(({ kind }) => kind === 'app')];
}

async function intrusionsAtSockets(): Promise<readonly SocketIntrusion[]> {
  const containerPaths = sessionApiRoutes.filter(({ kind }) => kind === 'container').map(({ path }) => path);
  const paths = [conversationSocketPath, ...containerPaths, tunnelPath, '/ws/events', '/'];
  const cells: SocketIntrusion[] = [];
  for (const path of paths) {
    const target = fillPath(path, context.params);
    const at = (name: string, headers: object, expected: number, query = ''): SocketIntrusion => ({
      name,
      path,
      target: target + query,
      headers: { Host: page.host, ...headers },
      expected,
    });
    const own = { Origin: page.origin };
    for (const { name, headers, ticket } of strangers) {
      const query = ticket === undefined ? '' : `?token=${ticket}`;
      cells.push(at(name, { ...own, ...headers }, 401, query));
    }
    for (const { name, headers } of foreignPages)
      cells.push(at(name, headers, 403, `?token=${unusedTicket}`));
    if (containerPaths.includes(path)) continue;
    // With the cookie of this host, and what is no ticket for the conversation.
    const expected = path === conversationSocketPath ? 401 : 404;
    const mine = { ...own, Cookie: page.cookie };
    cells.push(at('the cookie alone', mine, expected));
    cells.push(
      at(
        'the cookie and an API token',
        { ...mine, Authorization: `Bearer ${await app.addToken(owner)}` },
        expected,
      ),
    );
    for (const { name, ticket } of strangers) {
      if (ticket === undefined || name === 'a ticket for the socket') continue;
      cells.push(at(`the cookie and ${name}`, mine, expected, `?token=${ticket}`));
    }
  }
  return cells;
}
