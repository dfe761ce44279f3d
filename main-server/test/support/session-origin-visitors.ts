import type { FakeClock } from '@codex-webapp/nest-kit/testing';
import type { PreviewTicketResponse } from '@codex-webapp/contracts';
import { WriteQueue } from '../../src/database/write-queue.ts';
import { LoginsService } from '../../src/modules/auth/logins.service.ts';
import { SessionOriginGrantsService } from '../../src/modules/front-door/session-origin-grants.service.ts';
import { ticketLifetimeMs } from '../../src/modules/tickets/tickets.service.ts';
import { UsersService } from '../../src/modules/users/users.service.ts';
import type { TestApp, TestUser } from './create-test-app.ts';
import { write } from './forged-tokens.ts';
import type { SessionIntruder, SessionRow } from './session-origin-table.ts';
import { postTicket, SessionPage, ticketFor } from './session-page.ts';

/** What a page of that very origin says of itself. */
export const ownPage = { 'sec-fetch-site': 'same-origin' };

export interface Visitors {
  /** Without a right to be here, on a page of this very origin. */
  readonly strangers: readonly SessionIntruder[];
  /** The owner's browser, on pages of other origins. */
  readonly foreignPages: readonly SessionIntruder[];
  /** Good until the end: no refusal may burn it. */
  readonly unusedTicket: string;
}

/** The columns of the table of a session's origin. */
export async function makeVisitors({
  app,
  clock,
  owner,
  page,
  sessionToken,
}: {
  readonly app: TestApp;
  readonly clock: FakeClock;
  readonly owner: TestUser;
  readonly page: SessionPage;
  /** Of the session's container. */
  readonly sessionToken: string;
}): Promise<Visitors> {
  const other = await app.addUser();
  const sibling = await SessionPage.open(app, owner);
  const foreign = await SessionPage.open(app, other);
  const [ended, expired, old] = [
    await addLogin(app, owner),
    await addLogin(app, owner),
    await addLogin(app, owner),
  ];
  const endedPage = await SessionPage.enter(app, ended, page.session);
  const expiredPage = await SessionPage.enter(app, expired, page.session);
  const oldPage = await SessionPage.enter(app, old, page.session);
  // What was good a moment ago is remembered for a second, and the clock stands still.
  await endedPage.ask('/api/session');
  await app.as(ended).post('/api/auth/logout', {});
  await write(app, 'UPDATE logins SET expires_at = 1 WHERE id = ?', [expired.loginId]);
  const preview = await enterPreview(app, page);
  const grantOfOther = await app.get(SessionOriginGrantsService).create({
    purpose: 'enter',
    sessionId: page.id,
    origin: page.origin,
    user: { ...other, via: 'login', tokenId: null, scope: 'full' },
  });
  const ticket = (purpose: 'enter' | 'socket' = 'enter', of = page) => ticketFor(app, owner, of.id, purpose);
  const expiredTicket = await ticket();
  clock.advance(ticketLifetimeMs + 1_000);
  const usedTicket = await ticket();
  await postTicket(app, page.host, usedTicket);
  // After the last entry, which forgets what has expired.
  await write(app, 'UPDATE session_origin_grants SET expires_at = ? WHERE login_id = ?', [
    clock.now(),
    old.loginId,
  ]);
  const unusedTicket = await ticket();

  const cookies = {
    'a cookie nobody issued': `__Host-cw-session=${'x'.repeat(43)}`,
    'the cookie of a sibling session': sibling.cookie,
    "the cookie of another user's session": foreign.cookie,
    'a cookie of this host, of another user': `__Host-cw-session=${grantOfOther}`,
    'the cookie of a preview of this session': preview.cookie,
    'an expired cookie': oldPage.cookie,
    'the cookie of a login that was ended': endedPage.cookie,
    'the cookie of a login that has expired': expiredPage.cookie,
    'the cookie of the app': `codex-webapp-login=${owner.cookie}`,
    'this cookie by another name': page.cookie.replace('__Host-', ''),
  };
  const bearers = {
    'an API token': await app.addToken(owner),
    "the container's session token": sessionToken,
    'a used ticket as bearer': usedTicket,
    'a ticket as bearer': await ticket(),
    'the secret of this cookie as bearer': page.cookie.split('=')[1] ?? '',
  };
  const tickets = {
    'a used ticket': usedTicket,
    'an expired ticket': expiredTicket,
    'a ticket of a sibling session': await ticket('enter', sibling),
    "a ticket of another user's session": await ticketFor(app, other, foreign.id, 'enter'),
    'a ticket for the socket': await ticket('socket'),
    'a ticket for a preview': (await previewTicket(page)).ticket,
  };
  const strangers: readonly SessionIntruder[] = [
    { name: 'no credential', headers: ownPage, expected: forStrangers },
    ...Object.entries(cookies).map(([name, cookie]) => ({
      name,
      headers: { ...ownPage, cookie },
      expected: forStrangers,
    })),
    ...Object.entries(bearers).map(([name, secret]) => ({
      name,
      headers: { ...ownPage, authorization: `Bearer ${secret}` },
      expected: forStrangers,
    })),
    ...Object.entries(tickets).map(([name, secret]) => ({
      name,
      headers: ownPage,
      ticket: secret,
      expected: forStrangers,
    })),
  ];

  const origins = [
    'null',
    'https://evil.example',
    `${page.origin}.evil`,
    app.origin,
    sibling.origin,
    preview.origin,
  ];
  const pages = [
    ...['cross-site', 'same-site', 'none'].map((site) => ({
      name: `a ${site} page`,
      headers: { 'sec-fetch-site': site },
    })),
    ...origins.map((origin) => ({ name: `a page of ${origin}`, headers: { origin } })),
    { name: 'a page that says nothing of where it is', headers: {} },
  ];
  const foreignPages: readonly SessionIntruder[] = [
    ...pages.map(({ name, headers }) => ({
      name,
      headers: { ...headers, cookie: page.cookie },
      ticket: unusedTicket,
      expected: () => 403,
    })),
    { name: 'a foreign page without a cookie', headers: { origin: app.origin }, expected: () => 403 },
    {
      name: 'a link or a form of another page',
      headers: {
        cookie: page.cookie,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
      // It may open the page, which is then as it always is.
      expected: (row) => (['GET', 'HEAD'].includes(row.method) && !isApi(row) ? null : 403),
    },
  ];
  return { strangers, foreignPages, unusedTicket };
}

const isApi = ({ path }: SessionRow) => path.startsWith('/api/') || path.startsWith('/ws/');

/** The way in is open, for who brings a ticket; whatever else there is, nobody hears of it. */
function forStrangers({ kind, method, isListed, isPublic }: SessionRow): number {
  if (kind !== 'entry') return 401;
  if (!isListed) return 404;
  return isPublic && method === 'GET' ? 200 : 401;
}

/** Another browser of the same user. */
async function addLogin(app: TestApp, user: TestUser): Promise<TestUser> {
  const row = await app.get(UsersService).find(user.id);
  if (row === null) throw new Error('There is no such user');
  const { loginId, secret } = await app
    .get(WriteQueue)
    .run((manager) => app.get(LoginsService).start(manager, row, 'test'));
  return { ...user, cookie: secret, loginId };
}

async function previewTicket(
  page: SessionPage,
): Promise<{ readonly origin: string; readonly ticket: string }> {
  const { body } = await page.ask({ method: 'POST', path: '/api/previews/5173/ticket' });
  const { origin, url } = JSON.parse(body) as PreviewTicketResponse;
  return { origin, ticket: new URL(url).hash.slice(1) };
}

async function enterPreview(
  app: TestApp,
  page: SessionPage,
): Promise<{ readonly origin: string; readonly cookie: string }> {
  const { origin, ticket } = await previewTicket(page);
  const { headers } = await postTicket(app, new URL(origin).host, ticket);
  return { origin, cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}
