import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test, type BrowserContext, type Frame, type Page } from '@playwright/test';
import { attackFromPage, type Outcomes, type Targets } from './support/attacks.ts';
import { query, readEverything } from './support/chat-database.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

/** Two sessions of one user: `hostile` is open in the page, `sibling` was open before. */
interface Scene {
  readonly server: RunningServer;
  readonly page: Page;
  readonly hostile: { readonly id: string; readonly origin: string };
  readonly sibling: { readonly id: string; readonly origin: string };
}

const harmless = new Set(['refused', 'opaque', 'nothing']);

test.describe('a page of a session that turned hostile', () => {
  test('reaches neither the app nor a sibling', async ({ page }) => {
    await inScene(page, async (scene) => {
      const { outcomes, answered } = await attackOf(scene, hostileFrame(scene));
      expectHarmless(outcomes);
      // The policy of the page keeps all of it in the browser.
      expect(answered).toBe(0);

      // The attacks are real ones: a page of the app itself, which may, gets what they are after. It logs itself out.
      const { server, page: app } = scene;
      await app.goto(`${server.url}/no-such-page`);
      const own = await app.evaluate(attackFromPage, targetsOf(scene, app.mainFrame()));
      expect(own[`fetch ${server.url}/api/auth/me`]).toMatch(/^200 /);
      expect(own[`POST ${server.url}/api/sessions`]).toMatch(/^201 /);
      expect(own[`POST ${server.url}/api/auth/logout`]).toMatch(/^204 /);
      expect(own['read the document of the app']).toContain('Codex WebApp');
    });
  });

  /** The page's own policy stops much of it in the browser: here it is gone, so that the server has to. */
  test('reaches nothing without a policy of its own either', async ({ browser }) => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await inScene(page, async (scene) => {
      const { outcomes, answered } = await attackOf(scene, hostileFrame(scene));
      expectHarmless(outcomes);
      expect(answered).toBeGreaterThan(30);
      expect(outcomes['messages of a frame inside']).toBe('nothing');
    });
    await context.close();
  });
});

test.describe('a page of another site', () => {
  for (const host of ['127.0.0.1', 'localhost'] as const) {
    /** On localhost the browser counts another port as the same site and sends the app's cookie along. */
    test(`on ${host} gets nothing out of the app and cannot frame it`, async ({ page, context }) => {
      await inScene(page, async (scene) => {
        const foreign = await startForeignSite();
        try {
          const { port } = foreign.address() as AddressInfo;
          const evil = await context.newPage();
          await evil.goto(`http://${host}:${port}/`);
          const { outcomes, answered } = await attackOf(scene, evil.mainFrame());
          expectHarmless(outcomes, { ownTop: true });
          expect(answered).toBeGreaterThan(30);

          for (const url of [
            `${scene.server.url}/`,
            `${scene.server.url}/login`,
            `${scene.server.url}/sessions/${scene.hostile.id}`,
            `${scene.server.url}/api/auth/me`,
            `${scene.hostile.origin}/`,
            `${scene.hostile.origin}/__session/enter`,
          ]) {
            await evil.goto(`http://${host}:${port}/?frame=${encodeURIComponent(url)}`);
            const frame = await expectFrame(evil);
            expect([url, frame.url()]).toEqual([url, 'chrome-error://chromewebdata/']);
          }
        } finally {
          foreign.close();
        }
      });
    });
  }
});

interface Attack {
  readonly outcomes: Outcomes;
  /** How many requests reached the server; it refused each. */
  readonly answered: number;
}

async function inScene(page: Page, act: (scene: Scene) => Promise<void>): Promise<void> {
  test.setTimeout(240_000);
  const server = await RunningServer.start();
  try {
    await setUp(page, server);
    const choices = {
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    } as const;
    const siblingId = await createSession(page, { title: 'Sibling', ...choices });
    await send(page, 'echo sibling');
    await expect(sessionUi(page).getByText('exit 0')).toBeVisible({ timeout: 30_000 });
    const hostileId = await createSession(page, { title: 'Hostile', ...choices });
    // A script that a hostile page would like to keep running.
    await send(page, `echo 'self.onfetch = () => {}' > sw.js`);
    await expect(sessionUi(page).getByText('exit 0')).toBeVisible({ timeout: 30_000 });
    await act({
      server,
      page,
      hostile: await withOrigin(server, hostileId),
      sibling: await withOrigin(server, siblingId),
    });
  } finally {
    await server.dispose();
  }
}

async function countAnswers(server: RunningServer, sessionId: string): Promise<number> {
  const rows = await query(
    server.databasePath,
    `SELECT id FROM messages WHERE session_id = ? AND role = 'assistant'`,
    sessionId,
  );
  return rows.length;
}

async function withOrigin(server: RunningServer, id: string): Promise<{ id: string; origin: string }> {
  const [row] = await query<{ label: string }>(
    server.databasePath,
    'SELECT label FROM sessions WHERE id = ?',
    id,
  );
  return { id, origin: `http://${row?.label}.localhost:${server.port}` };
}

function hostileFrame({ page, hostile }: Scene): Frame {
  const found = page.frames().find((frame) => originOf(frame.url()) === hostile.origin);
  if (found === undefined) throw new Error('The page of the session is not open');
  return found;
}

/** Runs every attack in `frame` and sees that the app, its user and the sibling are as they were. */
async function attackOf(scene: Scene, frame: Frame): Promise<Attack> {
  const { server, page, hostile, sibling } = scene;
  const context = page.context();
  // A command is stored a moment after its page shows how it ended.
  await expect
    .poll(() => countAnswers(server, hostile.id), { message: 'the answer is stored', timeout: 30_000 })
    .toBe(1);
  await page.waitForTimeout(500);
  const before = {
    everything: await readEverything(server.databasePath),
    cookies: await cookiesFor(context, [server.url, sibling.origin]),
    pages: context.pages().length,
  };
  const attack = await everyAnswerRefuses(scene, frame, () =>
    frame.evaluate(attackFromPage, targetsOf(scene, frame)),
  );

  expect(await readEverything(server.databasePath)).toEqual(before.everything);
  expect(await cookiesFor(context, [server.url, sibling.origin])).toEqual(before.cookies);
  expect(context.pages()).toHaveLength(before.pages);

  // The page of the app stands where it stood, and its bridge took no notice.
  expect(page.url()).toBe(`${server.url}/sessions/${hostile.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Hostile');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText(/hostile (title|error|\.example)/)).toHaveCount(0);

  // Still logged in after a reload, and the sibling still works.
  await page.goto(`${server.url}/sessions/${sibling.id}`);
  await expect(sessionUi(page).getByLabel('Output')).toHaveText('sibling');
  await send(page, 'ls; echo sibling is fine');
  await expect(sessionUi(page).getByLabel('Output').last()).toHaveText('sibling is fine', {
    timeout: 30_000,
  });
  return attack;
}

/**
 * What the server answers to an attack may never be a success, whether the page can read it or not. Asked of the
 * browser's own network log, which also has the answers it keeps from the page.
 */
async function everyAnswerRefuses(scene: Scene, frame: Frame, act: () => Promise<Outcomes>): Promise<Attack> {
  const { server, page, sibling } = scene;
  const isTab = frame === frame.page().mainFrame();
  const network = await page.context().newCDPSession(isTab ? frame.page() : frame);
  const asked = new Map<string, { readonly method: string; readonly url: string }>();
  const statuses = new Map<string, number>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => asked.set(requestId, request));
  network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) =>
    statuses.set(requestId, statusCode),
  );
  await network.send('Network.enable');
  const outcomes = await act();
  await network.detach();

  const answers = [...statuses].flatMap(([requestId, status]) => {
    const { method, url } = asked.get(requestId) ?? { method: '', url: '' };
    const isAimed = [server.url, sibling.origin].includes(originOf(url));
    return isAimed && /^\/(api|__session|ws)\//.test(new URL(url).pathname) ? [{ method, url, status }] : [];
  });
  // A page on another port of the app's host sends its cookie along, so it is answered; the browser keeps what is read.
  const isAnswered = new URL(frame.url()).hostname === new URL(server.url).hostname;
  const successes = answers.filter(({ method, status }) => status < 400 && !(isAnswered && method === 'GET'));
  expect(successes).toEqual([]);
  return { outcomes, answered: answers.length };
}

function targetsOf({ server, sibling }: Scene, frame: Frame): Targets {
  return {
    app: server.url,
    sibling: sibling.origin,
    siblingId: sibling.id,
    triesCookies: new URL(frame.url()).hostname !== new URL(server.url).hostname,
  };
}

interface Expected {
  /** The page is the top of its own tab: what it does to itself is its own business. */
  readonly ownTop?: boolean;
}

function expectHarmless(outcomes: Outcomes, { ownTop = false }: Expected = {}): void {
  expect(Object.keys(outcomes).length).toBeGreaterThan(60);
  const own = /^(read|open a window|click|lead|replace|close|frame|service worker)/;
  const gains = Object.entries(outcomes).filter(
    ([name, outcome]) => !harmless.has(outcome) && !(ownTop && own.test(name)),
  );
  expect(gains).toEqual([]);
}

async function cookiesFor(context: BrowserContext, urls: readonly string[]) {
  const cookies = await context.cookies([...urls]);
  return cookies
    .map(({ name, value, domain, path, httpOnly, sameSite }) => ({
      name,
      value,
      domain,
      path,
      httpOnly,
      sameSite,
    }))
    .sort((a, b) => `${a.domain}${a.name}`.localeCompare(`${b.domain}${b.name}`));
}

/** A site of somebody else; `?frame=` shows that address in a frame. */
async function startForeignSite(): Promise<Server> {
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://foreign').searchParams.get('frame');
    const frame = address === null ? '' : `<iframe src="${address}"></iframe>`;
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Foreign</title>${frame}`);
  });
  server.listen(0);
  await once(server, 'listening');
  return server;
}

async function expectFrame(page: Page): Promise<Frame> {
  await expect.poll(() => page.frames().length).toBe(2);
  const [, frame] = page.frames();
  if (frame === undefined) throw new Error('There is no frame');
  await expect.poll(() => frame.url()).not.toBe('');
  await frame.waitForLoadState().catch(() => undefined);
  return frame;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '';
}
