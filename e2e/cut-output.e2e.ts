import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { ApiClient } from './support/api-client.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

const whole = `${Array.from({ length: 60_000 }, (_, index) => index + 1).join('\n')}\n`;

test('all of an output that was cut is shown on request, also while the container is stopped', async ({
  page,
}) => {
  const server = await RunningServer.start();
  try {
    await setUp(page, server);
    const api = await ApiClient.of(server, page, 'Stop it');
    const id = await createSession(page, {
      title: 'A lot',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    await send(page, 'seq 1 60000');
    const ui = sessionUi(page);
    const output = ui.getByLabel('Output');
    await expect(ui.getByText('exit 0')).toBeVisible({ timeout: 30_000 });
    await expect(ui.getByText('Output cut.')).toBeVisible();
    await expect(output).toContainText('60000');
    expect((await output.textContent())?.startsWith('1\n')).toBe(false);

    await api.ask('POST', `/sessions/${id}/container/stop`);
    await page.reload();
    const file = ui.getByRole('button', { name: /^Download/ });
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()]);
    expect(await readFile(await download.path(), 'utf8')).toBe(whole);
    await file.locator('..').getByRole('button', { name: 'Show all' }).click();
    await expect(ui.getByText('All of it is shown.')).toBeVisible();
    expect(`${await output.textContent()}\n`).toBe(whole);
    await expect(ui.getByText('earlier lines are hidden')).toHaveCount(0);
  } finally {
    await server.dispose();
  }
});
