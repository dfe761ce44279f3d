import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { RunningServer } from './support/running-server.ts';
import { createSession, openFile, send, sessionUi, setUp } from './support/web-ui.ts';

/** What the page was told by its frame, with the origin it came from. */
interface Told {
  readonly origin: string;
  readonly type: unknown;
}

test('a session says that it is ready, is typed to, stopped and edited, and deleted knowing what is lost', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const server = await RunningServer.start({ environment: { CONTAINER_PROVIDER: 'process' } });
  try {
    await page.addInitScript(() => {
      const told: Told[] = [];
      Object.assign(window, { told });
      addEventListener('message', ({ origin, data }: MessageEvent<{ type?: unknown }>) =>
        told.push({ origin, type: data.type }),
      );
    });
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'By hand',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const frame = new URL((await page.locator('iframe').getAttribute('src')) ?? '', page.url());
    const told = () => page.evaluate(() => (window as unknown as { told: Told[] }).told);
    await expect.poll(told).toContainEqual({ origin: frame.origin, type: 'READY' });

    const session = sessionUi(page);
    const composer = session.getByRole('textbox', { name: 'Message' });
    await composer.fill('echo one > notes.txt');
    await composer.press('Shift+Enter');
    await composer.pressSequentially('echo two >> notes.txt; cat notes.txt');
    await expect(composer).toHaveValue('echo one > notes.txt\necho two >> notes.txt; cat notes.txt');
    await composer.press('Enter');
    await expect(session.getByLabel('Output')).toHaveText(/one\s+two/, { timeout: 60_000 });

    await send(page, 'echo begun; sleep 600');
    await expect(session.getByLabel('Output').last()).toHaveText('begun', { timeout: 30_000 });
    await composer.press('Escape');
    await expect(session.getByText('Interrupted', { exact: false }).first()).toBeVisible();
    await send(page, 'echo usable');
    await expect(session.getByLabel('Output').last()).toHaveText('usable', { timeout: 30_000 });

    await session.getByRole('button', { name: 'Show files', exact: true }).click();
    await openFile(page, 'notes.txt');
    await session.getByLabel('Text of notes.txt').fill('three\n');
    await session.getByRole('button', { name: /^Save/ }).click();
    await expect(session.getByText('· not saved')).toHaveCount(0);
    const folder = path.join(server.folder, 'workspaces', id);
    expect(readFileSync(path.join(folder, 'workspace', 'notes.txt'), 'utf8')).toBe('three\n');

    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('Destroys')).toBeVisible();
    await expect(dialog).toContainText(/workspace/i);
    await expect(dialog).toContainText(/conversation/i);
    expect(existsSync(folder)).toBe(true);
    await dialog.getByRole('button', { name: 'Delete session' }).click();
    await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false);
  } finally {
    await server.dispose();
  }
});
