import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { ApiClient } from './support/api-client.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, setUp } from './support/web-ui.ts';

const log = (page: Page) => page.getByRole('log', { name: 'Lines of the container' });
const line = (page: Page, text: string) => log(page).getByText(text, { exact: true });

test('the log of a container follows it over a lost server and a restart, and leaves a reader in peace', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const server = await RunningServer.start();
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'A log',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const api = await ApiClient.of(server, page, 'Logs');
    /** As the program of the session does. */
    const print = (...lines: readonly string[]) =>
      appendFile(
        path.join(server.folder, 'containers', `${id}.log`),
        lines.map((text) => `${text}\n`).join(''),
      );

    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Logs' }).click();
    const dialog = page.getByRole('dialog', { name: 'Container log' });
    await expect(dialog.getByRole('status').getByText('Live')).toBeVisible({ timeout: 30_000 });
    await print('\u001b[32mfirst\u001b[0m marker', '<b>no markup</b>');
    await expect(line(page, 'first marker')).toBeVisible();
    await expect(line(page, '<b>no markup</b>')).toBeVisible();

    await server.end('SIGKILL');
    await expect(dialog.getByText(/It goes on where it was once it is back/)).toBeVisible();
    await print('printed while it was away');
    await server.start();
    await expect(line(page, 'printed while it was away')).toBeVisible({ timeout: 60_000 });
    await expect(line(page, 'first marker')).toHaveCount(1);
    await expect(log(page).getByText('Lines may be missing here')).toHaveCount(0);
    await expect(dialog.getByRole('status').getByText('Live')).toBeVisible({ timeout: 60_000 });

    await api.ask('POST', `/sessions/${id}/container/restart`);
    await expect(log(page).getByText('The container was stopped.')).toBeVisible({ timeout: 60_000 });
    await expect(log(page).getByText('The container is being started.')).toBeVisible();
    await expect(dialog.getByRole('status').getByText('Live')).toBeVisible({ timeout: 60_000 });

    await print(...Array.from({ length: 400 }, (_, n) => `line ${n}`));
    await expect(line(page, 'line 399')).toBeInViewport();
    await log(page).press('Home');
    const newest = dialog.getByRole('button', { name: 'Newest', exact: true });
    await expect(newest).toBeVisible();
    const before = await log(page).evaluate((element) => element.scrollTop);
    await print('after the reader went up');
    await expect(dialog.getByRole('button', { name: '1 new' })).toBeVisible();
    expect(await log(page).evaluate((element) => element.scrollTop)).toBe(before);
    await dialog.getByRole('button', { name: '1 new' }).click();
    await expect(line(page, 'after the reader went up')).toBeInViewport();

    await dialog.getByRole('searchbox', { name: 'Filter lines' }).fill('MARKER');
    await expect(log(page).getByText('line 399')).toHaveCount(0);
    await expect(log(page).locator('mark')).toHaveText('marker');
    const downloading = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download what is shown' }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe('A-log.log');
    expect(await readFile(await file.path(), 'utf8')).toBe('first marker\n');

    await dialog.getByRole('combobox', { name: 'Begin with' }).selectOption('restart');
    await expect(line(page, 'after the reader went up')).toBeVisible();
    await expect(line(page, 'first marker')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  } finally {
    await server.dispose();
  }
});
