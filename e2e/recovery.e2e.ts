import { execFileSync } from 'node:child_process';
import { expect, test, type Download, type Page } from '@playwright/test';
import { ApiClient } from './support/api-client.ts';
import { DemoSessions } from './support/demo-sessions.ts';
import { processesOfSession } from './support/processes.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

async function listFiles(download: Download): Promise<readonly string[]> {
  const file = await download.path();
  return execFileSync('tar', ['-tzf', file]).toString().trim().split('\n').sort();
}

/** Presses what says it, and waits for the browser to have saved the file. */
async function save(page: Page, press: () => Promise<void>): Promise<Download> {
  const saved = page.waitForEvent('download');
  await press();
  return saved;
}

test('a failed start is recovered from by the keyboard, knowing what each way out costs', async ({
  page,
}) => {
  const server = await RunningServer.start({ environment: { CONTAINER_PROVIDER: 'process' } });
  try {
    await setUp(page, server);
    const api = await ApiClient.of(server, page, 'recovery');
    const { id } = await new DemoSessions(api, 'process').get('failed');
    await page.goto(`${server.url}/sessions/${id}`);
    const recover = page.getByRole('button', { name: 'Recover…' });
    await recover.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'The container failed' });
    await expect(dialog).toBeFocused();
    await expect(dialog).toHaveAccessibleDescription(/./);
    await expect(dialog.getByText(/its log/i).first()).toBeVisible();
    const ways = dialog.getByRole('list', { name: 'What can be done' }).getByRole('button');
    await expect(ways).toHaveText([
      'Try again',
      'Make the container anew',
      'Keep it stopped',
      'Download the workspace',
      'Delete the session…',
    ]);
    for (const way of await ways.all()) await expect(way).toHaveAccessibleDescription(/Keeps.*Destroys/s);
    await expect(ways.first()).toHaveAccessibleDescription(/Destroys\s*nothing/);
    await expect(ways.last()).toHaveAccessibleDescription(/Keeps\s*nothing.*workspace/s);

    const archive = await save(page, async () => {
      await dialog.getByRole('button', { name: 'Download the workspace' }).focus();
      await page.keyboard.press('Enter');
    });
    expect(archive.suggestedFilename()).toBe('Broken-image-workspace.tar.gz');
    expect(await listFiles(archive)).toEqual(['workspace/']);
    await expect(dialog.getByText(/is whole/)).toBeVisible();

    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(recover).toBeFocused();
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect.poll(() => processesOfSession(id).length, { timeout: 60_000 }).toBeGreaterThan(0);
    await expect(page.getByText('The container failed.')).toHaveCount(0, { timeout: 60_000 });
  } finally {
    await server.dispose();
  }
});

test('the workspace of a sleeping session is saved before the session is deleted', async ({ page }) => {
  const server = await RunningServer.start({ environment: { CONTAINER_PROVIDER: 'process' } });
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Last words',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    await send(page, 'mkdir -p notes && echo kept > notes/one.md && echo written');
    await expect(sessionUi(page).getByLabel('Output')).toHaveText('written', { timeout: 60_000 });
    const menu = page.getByRole('button', { name: 'Session menu' });
    await menu.click();
    const fromMenu = await save(page, () =>
      page.getByRole('menuitem', { name: 'Download workspace' }).click(),
    );
    const files = ['workspace/', 'workspace/notes/', 'workspace/notes/one.md'];
    expect(await listFiles(fromMenu)).toEqual(files);

    await menu.click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await expect.poll(() => processesOfSession(id), { timeout: 60_000 }).toEqual([]);
    await menu.click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    const dialog = page.getByRole('dialog');
    const first = dialog.getByRole('button', { name: 'Download the workspace first' });
    const beforeTheEnd = await save(page, () => first.click());
    expect(await listFiles(beforeTheEnd)).toEqual(files);
    await expect(dialog.getByText('Last-words-workspace.tar.gz is whole')).toBeVisible();
    expect(processesOfSession(id)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete session' }).click();
    await expect(page.getByText('Session deleted', { exact: true })).toBeVisible();
  } finally {
    await server.dispose();
  }
});
