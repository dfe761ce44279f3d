import { fileURLToPath } from 'node:url';
import { expect, test, type FrameLocator, type Page } from '@playwright/test';
import { findFreePort } from '../tools/processes/free-port.mjs';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url));

/** A real development server that the session runs, and its page. */
test('a dev server is shown beside the conversation, changes as it is edited, and reaches nothing of ours', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const server = await RunningServer.start();
  try {
    const port = await findFreePort();
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'A page',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    await send(
      page,
      `printf '<!doctype html><title>Mine</title><p id="text"></p><script type="module" src="/main.js"></script>' > index.html
       printf 'document.querySelector("#text").textContent = "first"; import.meta.hot.accept();' > main.js
       setsid nohup node ${vite} --port ${port} --strictPort > ../vite.log 2>&1 &
       echo $! > vite.pid
       echo started-$((1+1))`,
    );
    await expect(sessionUi(page).getByLabel('Output')).toContainText('started-2', { timeout: 30_000 });

    await test.step('its port shows, with the name of the program', async () => {
      await sessionUi(page).getByRole('button', { name: 'Show preview' }).click();
      await expect(portButton(page, port)).toBeVisible({ timeout: 30_000 });
      await expect(
        sessionUi(page).getByRole('complementary', { name: 'Preview' }).getByRole('listitem'),
      ).toHaveCount(1);
    });

    await test.step('its page runs its scripts', async () => {
      await portButton(page, port).click();
      await expect(preview(page, port).locator('#text')).toHaveText('first', { timeout: 30_000 });
    });

    await test.step('changes come without a reload', async () => {
      await mark(page, port);
      await send(page, `sed -i s/first/second/ main.js`);
      await expect(preview(page, port).locator('#text')).toHaveText('second', { timeout: 30_000 });
      expect(await isMarked(page, port)).toBe(true);
    });

    await test.step('it reaches neither the app nor the session', async () => {
      const session = await sessionUi(page)
        .locator('html')
        .evaluate(() => location.origin);
      const outcomes = await preview(page, port)
        .locator('html')
        .evaluate(tryEverything, { app: server.url, session, id });
      expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map((name) => [name, 'refused'])));
      expect(Object.keys(outcomes)).toHaveLength(9);
    });

    await test.step('it opens in a tab of its own', async () => {
      await sessionUi(page).getByRole('button', { name: 'Open in a tab' }).click();
      const opened = page.context().waitForEvent('page');
      await page.getByRole('dialog').getByRole('link', { name: 'Open link' }).click();
      const tab = await opened;
      await expect(tab.locator('#text')).toHaveText('second', { timeout: 30_000 });
      expect(await tab.evaluate(() => window.opener)).toBe(null);
      expect(new URL(tab.url()).hash).toBe('');
      await tab.close();
    });

    await test.step('it says so when the server is gone, and is back when that is', async () => {
      await send(page, 'kill $(cat vite.pid); echo stopped');
      await expect(sessionUi(page).getByLabel('Output').last()).toContainText('stopped');
      await sessionUi(page).getByRole('button', { name: 'Load again' }).click();
      await expect(preview(page, port).getByText(`Nothing answers on port ${port}`)).toBeVisible();
      await sessionUi(page).getByRole('button', { name: 'All ports' }).click();
      await expect(sessionUi(page).getByText('Nothing listens yet')).toBeVisible();
    });
  } finally {
    await server.dispose();
  }
});

function preview(page: Page, port: number): FrameLocator {
  return sessionUi(page).frameLocator(`iframe[title="Preview of port ${port}"]`);
}

function portButton(page: Page, port: number) {
  return sessionUi(page).getByRole('button', { name: new RegExp(`^${port}`) });
}

async function mark(page: Page, port: number): Promise<void> {
  await preview(page, port)
    .locator('html')
    .evaluate((html) => html.setAttribute('data-marked', 'yes'));
}

async function isMarked(page: Page, port: number): Promise<boolean> {
  const marked = await preview(page, port).locator('html').getAttribute('data-marked');
  return marked === 'yes';
}

interface Targets {
  readonly app: string;
  readonly session: string;
  readonly id: string;
}

/** Runs in the preview's page: what a hostile one would try. */
async function tryEverything(_html: Element, { app, session, id }: Targets): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const attempt = async (name: string, work: () => unknown): Promise<void> => {
    try {
      outcomes[name] = (await work()) ? 'succeeded' : 'refused';
    } catch {
      outcomes[name] = 'refused';
    }
  };
  const ask =
    (url: string, init: RequestInit = {}) =>
    async (): Promise<boolean> =>
      (await fetch(url, { credentials: 'include', ...init })).ok;
  const open = (url: string) => () =>
    new Promise<boolean>((resolve) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'));
      socket.addEventListener('open', () => resolve(true));
      socket.addEventListener('error', () => resolve(false));
    });
  await attempt('read the app', ask(`${app}/api/auth/me`));
  await attempt('change the app', ask(`${app}/api/sessions/${id}`, { method: 'DELETE' }));
  await attempt('read the session', ask(`${session}/api/session`));
  await attempt('read its files', ask(`${session}/api/workspace/files`));
  await attempt('open its terminals', open(`${session}/api/terminals/x/socket`));
  await attempt('open its socket', open(`${session}/ws/sessions/${id}`));
  await attempt('read the page around it', () => parent.document.body.innerHTML !== '');
  await attempt('read the cookie', () => document.cookie.includes('cw-session'));
  await attempt('install a worker', () => navigator.serviceWorker.register('/main.js'));
  return outcomes;
}
