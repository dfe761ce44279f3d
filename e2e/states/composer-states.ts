import { expect, type Page } from '@playwright/test';
import { sessionUi } from '../support/web-ui.ts';
import { inSession, openSession, type Stage, type State } from './state.ts';

const dotPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const picture = {
  name: 'screenshot of the login.png',
  mimeType: 'image/png',
  buffer: Buffer.from(dotPng, 'base64'),
};
const table = { name: 'requests-per-hour.csv', mimeType: 'text/csv', buffer: Buffer.from('hour,requests\n') };
const film = { name: 'recording.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(11 * 1024 * 1024) };

const composer = (page: Page) => sessionUi(page).getByRole('textbox', { name: 'Message' });

const write =
  (text: string) =>
  async ({ page }: Stage) => {
    await composer(page).fill('');
    await composer(page).pressSequentially(text);
  };

const openMenu =
  (name: RegExp) =>
  async ({ page }: Stage) => {
    await sessionUi(page).getByRole('button', { name }).click();
  };

const attach =
  (files: readonly (typeof picture)[]) =>
  async ({ page }: Stage) => {
    const ui = sessionUi(page);
    await composer(page).fill('');
    await ui.getByLabel('Files to attach').setInputFiles([...files]);
    await expect(ui.getByRole('list', { name: 'Attachments' }).getByRole('progressbar')).toHaveCount(0);
  };

/** Once for all widths and themes. */
async function showPicture(stage: Stage): Promise<void> {
  const { page } = stage;
  const shown = sessionUi(page).getByRole('list', { name: 'Images' });
  if ((await shown.count()) > 0) return;
  await attach([picture])(stage);
  await composer(page).fill('What is wrong in this picture?\nsay: The button is outside of its form.');
  await composer(page).press('Control+Enter');
  await expect(shown).toBeVisible({ timeout: 30_000 });
}

const continuing = (continuesAfterLimit: boolean) => async (stage: Stage) => {
  const { id } = await stage.sessions.get('limited');
  await stage.api.ask('PATCH', `/sessions/${id}`, { continuesAfterLimit });
  await openSession('limited')(stage);
};

/** What the composer offers: models, modes, commands, files, and what goes with a message. */
export const composerStates: readonly State[] = [
  {
    name: 'models',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('codex', openMenu(/^Model:/)),
    shows: (page) => [
      sessionUi(page).getByRole('menuitemradio', { name: /^GPT-6-Luna/ }),
      sessionUi(page).getByText('How hard it thinks'),
    ],
  },
  {
    name: 'usage limit',
    phase: 'sessions',
    isInSlice: true,
    open: continuing(false),
    shows: (page) => sessionUi(page).getByRole('button', { name: 'Continue then' }),
  },
  {
    name: 'usage limit, continues',
    phase: 'sessions',
    open: continuing(true),
    shows: (page) => [
      sessionUi(page)
        .getByRole('region', { name: 'Usage limit' })
        .getByText(/^Continues at/),
      sessionUi(page).getByRole('button', { name: 'Cancel', exact: true }),
    ],
  },
  {
    name: 'permission modes',
    phase: 'sessions',
    open: inSession('codex', openMenu(/^Permissions:/)),
    shows: (page) => sessionUi(page).getByRole('menuitemradio', { name: /^Plan/ }),
  },
  {
    name: 'commands',
    phase: 'sessions',
    open: inSession('codex', write('/')),
    shows: (page) =>
      sessionUi(page)
        .getByRole('option', { name: /^\/review/ })
        .first(),
  },
  {
    name: 'files to mention',
    phase: 'sessions',
    open: inSession('codex', write('Look at @limiter')),
    shows: (page) => sessionUi(page).getByRole('option', { name: /rate-limiter\.ts/ }),
  },
  {
    name: 'attachments',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('codex', attach([picture, table, film])),
    shows: (page) => [
      sessionUi(page).getByRole('list', { name: 'Attachments' }).getByRole('img', { name: picture.name }),
      sessionUi(page).getByText('It is larger than'),
    ],
  },
  {
    name: 'picture in the conversation',
    phase: 'sessions',
    open: inSession('pictured', showPicture),
    shows: (page) =>
      sessionUi(page).getByRole('list', { name: 'Images' }).getByRole('img', { name: picture.name }),
  },
];
