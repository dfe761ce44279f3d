import type { Page } from '@playwright/test';
import type { DemoName } from '../support/demo-recipes.ts';
import { sessionUi } from '../support/web-ui.ts';
import { type Stage, type State, go, openNewSession, openSession } from './state.ts';

const result = (page: Page) => page.getByRole('status', { name: 'Result of the test' });
const stepsOf = (page: Page) => sessionUi(page).getByRole('region', { name: 'Start of the container' });

async function passTest(stage: Stage): Promise<void> {
  const { baseUrl, apiKey, image, mainUrl } = await stage.dokploy.entries();
  await go('/admin/dokploy')(stage);
  const { page } = stage;
  await page.getByLabel('Address', { exact: true }).fill(baseUrl);
  await page.getByLabel('API key').fill(apiKey);
  await page.getByLabel('Image of sessions').fill(image);
  await page.getByLabel('Address of this server for containers').fill(mainUrl);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await result(page).scrollIntoViewIfNeeded();
}

async function chooseDokploy(stage: Stage): Promise<void> {
  await stage.dokploy.offer(stage.api);
  await go('/')(stage);
  await openNewSession(stage);
  const { page } = stage;
  await page.locator('label', { has: page.getByRole('radio', { name: /^Dokploy/ }) }).click();
}

/** Dokploy deploys one app after the other, and this server starts four sessions at once: the fifth waits for a turn. */
const starts = ['pulling', 'behindPull', 'behindThat', 'lastAtOnce', 'waiting'] as const satisfies DemoName[];

const openStart = (name: (typeof starts)[number]) => async (stage: Stage) => {
  await stage.dokploy.offer(stage.api);
  for (const one of starts.slice(0, starts.indexOf(name) + 1)) await stage.sessions.get(one);
  await openSession(name)(stage);
};

/** Where sessions run in Dokploy, and starts that take long. Later ones find no turn, so that these come last. */
export const dokployStates: readonly State[] = [
  {
    name: 'dokploy test passed',
    phase: 'no-sessions',
    open: passTest,
    shows: (page) => [
      result(page).getByText('Sessions can run in this Dokploy.'),
      result(page).getByText('The key is that of an owner.'),
      result(page).getByText('Version v0.30.2.'),
      result(page).getByText('Sessions run on the node of Dokploy itself.'),
    ],
  },
  {
    name: 'new session in dokploy',
    phase: 'sessions',
    open: chooseDokploy,
    shows: (page) => [
      page
        .getByRole('dialog')
        .getByText(
          /Dokploy cannot take capabilities away, limit processes or make the root file system read-only/,
        ),
      page.getByRole('dialog').getByRole('radio', { name: /^Dokploy/, checked: true }),
    ],
  },
  {
    name: 'image being pulled',
    phase: 'sessions',
    open: openStart('pulling'),
    shows: (page) => [
      stepsOf(page).getByRole('listitem').filter({ hasText: 'Prepare the image: in progress' }),
      stepsOf(page).getByText('Dokploy pulls the image'),
    ],
  },
  {
    name: 'waiting for its turn',
    phase: 'sessions',
    open: openStart('waiting'),
    shows: (page) => [
      stepsOf(page).getByRole('listitem').filter({ hasText: 'Wait for its turn: in progress' }),
      stepsOf(page).getByText(/Place \d+ of \d+ that wait/),
    ],
  },
];
