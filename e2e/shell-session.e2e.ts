import { expect, test, type Page } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { containerStatesOf, volumesOf } from './support/docker-engine.ts';
import { processesOfSession } from './support/processes.ts';
import { requireDocker } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, logIn, send, sessionUi, setUp, type NewSessionChoices } from './support/web-ui.ts';

interface Backend {
  readonly environment: Readonly<Record<string, string>>;
  readonly provider: NewSessionChoices['provider'];
  /** What of the session runs now. */
  readonly running: (sessionId: string) => Promise<readonly unknown[]>;
  /** What of the session is there at all, running or not. */
  readonly remains: (sessionId: string) => Promise<readonly unknown[]>;
  /** From a prompt to its answer, when the container has to be started for it. */
  readonly startTimeoutMs: number;
}

const processes: Backend = {
  environment: { CONTAINER_PROVIDER: 'process' },
  provider: 'This machine, no isolation',
  running: async (id) => processesOfSession(id),
  remains: async (id) => processesOfSession(id),
  startTimeoutMs: 30_000,
};

const docker: Backend = {
  environment: { CONTAINER_PROVIDER: 'docker' },
  provider: 'Docker',
  running: async (id) => (await containerStatesOf(id)).filter((state) => state === 'running'),
  remains: async (id) => [...(await containerStatesOf(id)), ...(await volumesOf(id))],
  // The first run builds the image.
  startTimeoutMs: 600_000,
};

/** seed.md, Communication Flow and End-to-End Testing: one session from its creation to its deletion. */
test('a session streams, survives its server, wakes on a prompt and leaves nothing behind', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await liveThrough(page, processes);
});

test('the same in a docker container: container and volume go with the session', async ({ page }) => {
  await requireDocker();
  test.setTimeout(900_000);
  await liveThrough(page, docker);
});

async function liveThrough(page: Page, backend: Backend): Promise<void> {
  const server = await RunningServer.start({ environment: backend.environment });
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

    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await expect.poll(() => backend.running(id), { timeout: 30_000 }).toEqual([]);
    await server.end('SIGKILL');
    await server.start();

    const profile = await page.context().browser()?.newContext();
    if (profile === undefined) throw new Error('The page has no browser');
    const fresh = await profile.newPage();
    await logIn(fresh, server, `/sessions/${id}`);
    await expect(sessionUi(fresh).getByText('echo hello; sleep 2; echo bye').first()).toBeVisible();
    await expect(sessionUi(fresh).getByLabel('Output')).toHaveText(/hello\s+bye/);
    await expect(sessionUi(fresh).getByText('exit 0')).toBeVisible();

    await send(fresh, 'echo awake');
    await expect(sessionUi(fresh).getByLabel('Output').last()).toHaveText('awake', { timeout: 60_000 });
    expect(await backend.running(id)).not.toEqual([]);
    expect(await backend.remains(id)).not.toEqual([]);

    await fresh.getByRole('button', { name: 'Session menu' }).click();
    await fresh.getByRole('menuitem', { name: /Delete/ }).click();
    await fresh.getByRole('button', { name: 'Delete session' }).click();
    await expect.poll(() => backend.remains(id), { timeout: 30_000 }).toEqual([]);
    await expect
      .poll(() => query(server.databasePath, 'SELECT id FROM sessions WHERE id = ?', id))
      .toEqual([]);
    await profile.close();
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
