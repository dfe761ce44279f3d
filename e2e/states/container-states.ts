import { expect, type Page } from '@playwright/test';
import type { DemoName } from '../support/demo-recipes.ts';
import { sessionUi } from '../support/web-ui.ts';
import { type Stage, type State, openSession, inSession, openMenu, output } from './state.ts';

async function openLogs(stage: Stage): Promise<void> {
  await openMenu(stage);
  await stage.page.getByRole('menuitem', { name: 'Logs' }).click();
}

const logsDialog = (page: Page) => page.getByRole('dialog', { name: 'Container log' });

/** For its page, the session is something else: in itself, in the list, and in what is told of its container. */
async function openAs(
  stage: Stage,
  name: DemoName,
  { session, container }: { readonly session: object; readonly container: object },
): Promise<void> {
  const { page, sessions } = stage;
  const { id } = await sessions.get(name);
  for (const [rest, changes] of [
    ['', session],
    ['/container/status', container],
  ] as const) {
    await page.route(new RegExp(`/api/sessions/${id}${rest}$`), async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), ...changes } });
    });
  }
  await page.route(/\/api\/sessions\?/, async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { readonly sessions: readonly { readonly id: string }[] };
    const shown = list.sessions.map((one) => (one.id === id ? { ...one, ...session } : one));
    await route.fulfill({ response, json: { ...list, sessions: shown } });
  });
  await openSession(name)(stage);
}

/** One in Docker whose image has been replaced. */
const openOutdated = (stage: Stage) =>
  openAs(stage, 'outdated', {
    session: { provider: 'docker' },
    container: { provider: 'docker', image: 'registry.example/agents:2026-11', isOutdated: true },
  });

const engineAway = 'Docker does not answer. Start it, or choose another provider for the session.';

/** One in Docker, which has gone away. */
function openUnseen(stage: Stage): Promise<void> {
  const reason = engineAway;
  return openAs(stage, 'unseen', {
    session: { provider: 'docker', containerStatus: 'unknown', reason },
    container: { provider: 'docker', status: 'unknown', reason, isConnected: false },
  });
}

async function openRecovery({ page }: Stage): Promise<void> {
  await page.getByRole('button', { name: 'Recover…' }).click();
}

/** What a container is at, and the ways out. */
export const containerStates: readonly State[] = [
  {
    name: 'failed start',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('failed', async ({ page }) => {
      const notice = page.getByRole('alert').filter({ hasText: 'The container failed.' });
      await expect(notice).toBeVisible();
      // Three buttons beside it would leave a column of single words on a phone.
      expect((await notice.boundingBox())?.height).toBeLessThan(200);
    }),
    shows: (page) => [
      page.getByText('The container failed.'),
      page.getByRole('button', { name: 'Recover…' }),
      sessionUi(page).getByText('The container did not start'),
      sessionUi(page).getByText('The conversation and the files are safe.'),
    ],
  },
  {
    name: 'logs of a failed start',
    phase: 'sessions',
    open: inSession('failed', async ({ page }) => {
      await page.getByRole('button', { name: 'Logs', exact: true }).click();
    }),
    shows: (page) => logsDialog(page).getByText('The container does not run'),
  },
  {
    name: 'logs',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('shell', openLogs),
    shows: (page) => [
      logsDialog(page).getByText('Live'),
      logsDialog(page)
        .getByText(/Linked to main-server/)
        .first(),
    ],
  },
  {
    name: 'logs of a sleeping session',
    phase: 'sessions',
    open: inSession('stopped', openLogs),
    shows: (page) => logsDialog(page).getByText('the log goes on with its next start'),
  },
  {
    name: 'logs without a match',
    phase: 'sessions',
    open: inSession('shell', async (stage) => {
      await openLogs(stage);
      await expect(logsDialog(stage.page).getByText('Live')).toBeVisible({ timeout: 30_000 });
      await logsDialog(stage.page).getByRole('searchbox').fill('nothing of this kind');
    }),
    shows: (page) => logsDialog(page).getByRole('heading', { name: 'No such line' }),
  },
  {
    name: 'logs, connection lost',
    phase: 'sessions',
    open: inSession('shell', async (stage) => {
      // Until the pauses between attempts are long.
      await stage.page.route('**/container/logs/stream*', (route) => route.abort(), { times: 8 });
      await openLogs(stage);
    }),
    shows: (page) => logsDialog(page).getByText(/It goes on where it was once it is back/),
  },
  {
    name: 'recovery',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('failed', openRecovery),
    shows: (page) => [
      page.getByRole('dialog', { name: 'The container failed' }).getByText('Destroys').first(),
      page.getByRole('button', { name: 'Try again' }).last(),
    ],
  },
  {
    name: 'recovery, down to the last',
    phase: 'sessions',
    open: inSession('failed', async (stage) => {
      await openRecovery(stage);
      await stage.page.getByRole('button', { name: 'Delete the session…' }).scrollIntoViewIfNeeded();
    }),
    shows: (page) => page.getByText('This cannot be undone.').first(),
  },
  {
    name: 'recovery of one that runs',
    phase: 'sessions',
    open: inSession('codex', async (stage) => {
      await openMenu(stage);
      await stage.page.getByRole('menuitem', { name: 'Recover…' }).click();
    }),
    shows: (page) => page.getByRole('dialog', { name: 'Recover this session' }).getByText('Keeps').first(),
  },
  {
    name: 'newer image',
    phase: 'sessions',
    open: openOutdated,
    shows: (page) => page.getByText('A newer image is available.'),
  },
  {
    name: 'upgrade of the image',
    phase: 'sessions',
    open: async (stage) => {
      await openOutdated(stage);
      await stage.page.getByRole('button', { name: 'Upgrade…' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByText('programs that run in it'),
  },
  {
    name: 'engine away',
    phase: 'sessions',
    open: openUnseen,
    shows: (page) => [
      page.getByText('Where the container stands is not known.'),
      page.getByText(engineAway),
      output(page),
    ],
  },
  {
    name: 'workspace downloaded',
    phase: 'sessions',
    open: inSession('stopped', async (stage) => {
      await openMenu(stage);
      await stage.page.getByRole('menuitem', { name: 'Download workspace' }).click();
    }),
    shows: (page) => page.getByText(/workspace\.tar\.gz is whole/),
  },
  {
    name: 'workspace not downloaded',
    phase: 'sessions',
    open: inSession('manual', async (stage) => {
      await openMenu(stage);
      await stage.page.getByRole('menuitem', { name: 'Download workspace' }).click();
    }),
    shows: (page) => page.getByRole('alert').filter({ hasText: 'was not downloaded' }),
  },
  {
    name: 'asleep',
    phase: 'sessions',
    open: openSession('stopped'),
    shows: (page) => [page.getByText('The container is asleep.'), output(page)],
  },
  {
    name: 'run by hand',
    phase: 'sessions',
    open: openSession('manual'),
    shows: (page) => page.getByText('You run this session’s container yourself.'),
  },
];
