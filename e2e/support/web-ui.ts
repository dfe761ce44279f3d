import { expect, type FrameLocator, type Page } from '@playwright/test';
import type { RunningServer } from './running-server.ts';

export const admin = { username: 'ada', password: 'correct horse battery staple' } as const;

/** Makes the first admin through the link the server printed. Ends on the start page, logged in. */
export async function setUp(page: Page, server: RunningServer): Promise<void> {
  await page.goto(`${server.url}${server.setupLink}`);
  await page.getByLabel('User name').fill(admin.username);
  for (const field of await page.locator('input[type=password]').all()) await field.fill(admin.password);
  await page.locator('button[type=submit]').click();
  await expect(page.getByText('Start your first session')).toBeVisible();
}

export async function logIn(page: Page, server: RunningServer, path = '/'): Promise<void> {
  await page.goto(`${server.url}/login?next=${encodeURIComponent(path)}`);
  await page.getByLabel('User name').fill(admin.username);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => url.pathname === path);
}

export interface NewSessionChoices {
  readonly title: string;
  readonly agent: 'Shell' | 'Codex';
  readonly provider: 'Docker' | 'This machine, no isolation';
  readonly mode: 'Do everything' | 'Ask first';
}

/** Presses New Session and answers its id, once the session's own UI has said READY. */
export async function createSession(page: Page, choices: NewSessionChoices): Promise<string> {
  const before = page.url();
  // A page behind another one is not drawn: a frame that is loaded there may have no size, and nothing of it is visible.
  await page.bringToFront();
  await page
    .getByRole('button', { name: /New session/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill(choices.title);
  for (const choice of [choices.agent, choices.provider, choices.mode]) {
    await dialog
      .locator('label', { has: page.getByRole('radio', { name: new RegExp(`^${choice}`) }) })
      .click();
  }
  await dialog.getByRole('button', { name: 'Create session' }).click();
  await page.waitForURL((url) => url.href !== before && /\/sessions\/[0-9a-f-]{36}$/.test(url.pathname));
  try {
    await expect(sessionUi(page).getByRole('textbox', { name: 'Message' })).toBeVisible();
  } catch (error) {
    throw new Error(`The session did not open. ${await describeFrames(page)}`, { cause: error });
  }
  return page.url().split('/').at(-1) ?? '';
}

/** How each frame of the page is, asked of the page itself: what is there and not painted looks like what never came. */
async function describeFrames(page: Page): Promise<string> {
  const silence = new Promise<string>((resolve) => setTimeout(() => resolve('does not answer'), 5_000));
  const states = page.frames().map(async (frame) => {
    const asked = frame.evaluate(() => {
      const { readyState, visibilityState, body } = document;
      const size = `${window.innerWidth}×${window.innerHeight}`;
      return `${readyState}, ${visibilityState}, ${size}: ${body.innerText.slice(0, 300)}`;
    });
    return `${frame.url()} is ${await Promise.race([asked.catch(String), silence])}`;
  });
  return (await Promise.all(states)).join('; ');
}

export function sessionUi(page: Page): FrameLocator {
  return page.frameLocator('iframe');
}

export async function send(page: Page, text: string): Promise<void> {
  const composer = sessionUi(page).getByRole('textbox', { name: 'Message' });
  await composer.fill(text);
  await composer.press('Enter');
}

/** Opens a file of the files panel, from the list of the workspace; `path` by its names. */
export async function openFile(page: Page, ...path: readonly string[]): Promise<void> {
  const files = sessionUi(page).getByRole('complementary', { name: 'Files' });
  for (const name of path) await files.getByRole('button', { name }).click();
}
