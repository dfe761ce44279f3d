import { expect, test } from '@playwright/test';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

test('a session shows what it uses, in its header and over time, and goes on doing so', async ({ page }) => {
  test.setTimeout(180_000);
  const server = await RunningServer.start({ environment: { CONTAINER_PROVIDER: 'process' } });
  try {
    await page.setViewportSize({ width: 1280, height: 800 });
    await setUp(page, server);
    await createSession(page, {
      title: 'Busy',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const figure = page.getByRole('button', { name: /^Resources: CPU .* cores?.* Memory \d+ MB/ });
    await expect(figure).toBeVisible({ timeout: 60_000 });

    await send(page, 'timeout 60 node -e "for (;;);"');
    await expect(figure).toHaveAccessibleName(/CPU (0\.[1-9]\d|1(\.\d)?) cores?/, { timeout: 90_000 });
    await figure.click();
    const dialog = page.getByRole('dialog', { name: 'Resources' });
    const cpu = dialog.getByRole('img', {
      name: /^CPU over the last hour, now .* cores?, at most .*limit \d+ cores?/,
    });
    await expect(cpu).toBeVisible();
    await expect(dialog.getByRole('img', { name: /^Memory over the last hour, now \d+ MB/ })).toBeVisible();
    await expect(
      dialog.getByRole('img', { name: /^Files over the last hour, now \d+ [kM]?B/ }),
    ).toBeVisible();
    await dialog.getByRole('button', { name: 'Last 5 minutes' }).click();
    await expect(dialog.getByRole('img', { name: /^CPU over the last five minutes/ })).toBeVisible();
    await page.keyboard.press('Escape');

    await sessionUi(page)
      .getByRole('button', { name: /Stop|Interrupt/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await expect(figure).toBeHidden({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Resources' }).click();
    await expect(dialog.getByText('The container does not run.')).toBeVisible();
    await expect(dialog.getByText('Not running')).toHaveCount(2);
    await expect(dialog.getByRole('img', { name: /^CPU over the last five minutes, at most/ })).toBeVisible();
  } finally {
    await server.dispose();
  }
});
