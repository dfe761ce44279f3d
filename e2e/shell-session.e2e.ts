import { expect, test, type Page } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { requireDocker } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import {
  deleteWithoutTrace,
  docker,
  openElsewhere,
  processes,
  stopAndCrash,
  type Backend,
} from './support/session-life.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

/** seed.md, Communication Flow and End-to-End Testing: one session from its creation to its deletion. */
test('a session streams, survives its server, wakes on a prompt and leaves nothing behind', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await liveThrough(page, processes, 'process');
});

test('the same in a docker container: container and volume go with the session', async ({ page }) => {
  await requireDocker();
  test.setTimeout(900_000);
  await liveThrough(page, docker, 'docker');
});

async function liveThrough(page: Page, backend: Backend, provider: 'process' | 'docker'): Promise<void> {
  const server = await RunningServer.start({ environment: { CONTAINER_PROVIDER: provider } });
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Echo',
      agent: 'Shell',
      provider: backend.provider,
      mode: 'Do everything',
    });

    await send(page, 'echo hello; sleep 2; echo bye');
    const output = sessionUi(page).getByLabel('Output');
    await expect(output).toHaveText('hello', { timeout: backend.startTimeoutMs });
    await expect(output).toHaveText(/hello\s+bye/);
    await expect(sessionUi(page).getByText('exit 0')).toBeVisible();
    await expect
      .poll(() =>
        query(server.databasePath, `SELECT role FROM messages WHERE session_id = ? ORDER BY position`, id),
      )
      .toEqual([{ role: 'user' }, { role: 'assistant' }]);

    await stopAndCrash(page, server, { id, backend });
    const fresh = await openElsewhere(page, server, id);
    await expect(sessionUi(fresh).getByText('echo hello; sleep 2; echo bye').first()).toBeVisible();
    await expect(sessionUi(fresh).getByLabel('Output')).toHaveText(/hello\s+bye/);
    await expect(sessionUi(fresh).getByText('exit 0')).toBeVisible();

    await send(fresh, 'echo awake');
    await expect(sessionUi(fresh).getByLabel('Output').last()).toHaveText('awake', { timeout: 60_000 });
    await deleteWithoutTrace(fresh, server, { id, backend });
    await fresh.context().close();
  } finally {
    await server.dispose();
  }
}

test('what was typed and not sent survives a reload', async ({ page }) => {
  const server = await RunningServer.start();
  try {
    await setUp(page, server);
    await createSession(page, {
      title: 'Draft',
      agent: 'Shell',
      provider: processes.provider,
      mode: 'Do everything',
    });
    const composer = sessionUi(page).getByRole('textbox', { name: 'Message' });
    await composer.fill('echo half a thou');
    await page.reload();
    await expect(composer).toHaveValue('echo half a thou');
    await composer.press('Enter');
    await expect(sessionUi(page).getByLabel('Output')).toHaveText('half a thou', { timeout: 30_000 });
    await page.reload();
    await expect(sessionUi(page).getByText('exit 0')).toBeVisible();
    await expect(composer).toHaveValue('');
  } finally {
    await server.dispose();
  }
});
