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
  await expect(sessionUi(page).getByRole('textbox', { name: 'Message' })).toBeVisible();
  return page.url().split('/').at(-1) ?? '';
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
