import { expect, test } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { processesOfSession } from './support/processes.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, logIn, send, sessionUi, setUp } from './support/web-ui.ts';

/** seed.md, Communication Flow and End-to-End Testing: one session from its creation to its deletion. */
test('a session streams, survives its server, wakes on a prompt and leaves nothing behind', async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  const server = await RunningServer.start();
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Echo',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });

    await send(page, 'echo hello; sleep 2; echo bye');
    const output = sessionUi(page).getByLabel('Output');
    await expect(output).toHaveText('hello');
    await expect(output).toHaveText(/hello\s+bye/);
    await expect(sessionUi(page).getByText('exit 0')).toBeVisible();
    await expect
      .poll(() =>
        query(server.databasePath, `SELECT role FROM messages WHERE session_id = ? ORDER BY position`, id),
      )
      .toEqual([{ role: 'user' }, { role: 'assistant' }]);

    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await expect.poll(() => processesOfSession(id)).toEqual([]);
    await server.end('SIGKILL');
    await server.start();

    const profile = await browser.newContext();
    const fresh = await profile.newPage();
    await logIn(fresh, server, `/sessions/${id}`);
    await expect(sessionUi(fresh).getByText('echo hello; sleep 2; echo bye').first()).toBeVisible();
    await expect(sessionUi(fresh).getByLabel('Output')).toHaveText(/hello\s+bye/);
    await expect(sessionUi(fresh).getByText('exit 0')).toBeVisible();

    await send(fresh, 'echo awake');
    await expect(sessionUi(fresh).getByLabel('Output').last()).toHaveText('awake', { timeout: 30_000 });
    expect(processesOfSession(id)).not.toEqual([]);

    await fresh.getByRole('button', { name: 'Session menu' }).click();
    await fresh.getByRole('menuitem', { name: /Delete/ }).click();
    await fresh.getByRole('button', { name: 'Delete session' }).click();
    await expect.poll(() => processesOfSession(id)).toEqual([]);
    await expect
      .poll(() => query(server.databasePath, 'SELECT id FROM sessions WHERE id = ?', id))
      .toEqual([]);
    await profile.close();
  } finally {
    await server.dispose();
  }
});
