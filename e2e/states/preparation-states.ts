import type { Page } from '@playwright/test';
import { sessionUi } from '../support/web-ui.ts';
import { type Stage, type State, go, inSession, openNewSession, openSession } from './state.ts';

const card = (page: Page) => sessionUi(page).getByRole('region', { name: 'Preparation of the workspace' });

async function openDialog(stage: Stage): Promise<void> {
  await go('/')(stage);
  await openNewSession(stage);
  const dialog = stage.page.getByRole('dialog', { name: 'New session' });
  const repository = dialog.getByLabel('Repository');
  await repository.fill('https://me:secret@example.org/team/app.git');
  await repository.blur();
  await dialog.getByLabel('Branch or tag').fill('feature..x');
  await dialog.getByLabel('Setup script').scrollIntoViewIfNeeded();
}

/** A workspace on its way, and what can go wrong there. */
export const preparationStates: readonly State[] = [
  {
    name: 'preparing the workspace',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('preparing', async ({ page }) => {
      await card(page).getByRole('button', { name: 'Output' }).click();
    }),
    shows: (page) => [
      card(page).getByText('Run the setup script'),
      card(page).getByText('added 40 packages').first(),
      card(page).getByRole('button', { name: 'Continue without' }),
      sessionUi(page).getByText('Kept. It runs when the workspace is prepared.'),
    ],
  },
  {
    name: 'workspace not prepared',
    phase: 'sessions',
    open: openSession('unprepared'),
    shows: (page) => [
      card(page)
        .getByRole('alert')
        .getByText(/cannot be reached/),
      card(page).getByRole('button', { name: 'Retry' }),
    ],
  },
  {
    name: 'prepared workspace',
    phase: 'sessions',
    open: openSession('prepared'),
    shows: (page) => [
      card(page).getByText('The workspace is prepared'),
      sessionUi(page).getByText('It is a web shop.', { exact: true }),
    ],
  },
  {
    name: 'new session with a wrong repository',
    phase: 'sessions',
    open: openDialog,
    shows: (page) => [
      page.getByRole('alert').filter({ hasText: 'Leave the login out' }),
      page.getByRole('alert').filter({ hasText: 'no name that a branch can have' }),
    ],
  },
];
