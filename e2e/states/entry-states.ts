import { admin } from '../support/web-ui.ts';
import { type Stage, type State, go } from './state.ts';

async function logInWrongly({ page }: Stage): Promise<void> {
  await page.getByLabel('User name').fill(admin.username);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Before there is a session to show. */
export const entryStates: readonly State[] = [
  {
    name: 'setup',
    phase: 'before-setup',
    isAnonymous: true,
    isInSlice: true,
    open: (stage) => go(stage.server.setupLink)(stage),
    shows: (page) => page.getByRole('button', { name: 'Create the administrator' }),
  },
  {
    name: 'setup link cut off',
    phase: 'before-setup',
    isAnonymous: true,
    open: go('/setup'),
    shows: (page) => page.getByRole('heading', { name: 'The link is not complete' }),
  },
  {
    name: 'login before the setup',
    phase: 'before-setup',
    isAnonymous: true,
    open: go('/login'),
    shows: (page) => page.getByText('No account exists yet'),
  },
  {
    name: 'login',
    phase: 'no-sessions',
    isAnonymous: true,
    isInSlice: true,
    open: go('/login'),
    shows: (page) => page.getByRole('button', { name: 'Log in' }),
  },
  {
    name: 'wrong password',
    phase: 'no-sessions',
    isAnonymous: true,
    open: async (stage) => {
      await go('/login')(stage);
      await logInWrongly(stage);
    },
    shows: (page) => page.getByRole('alert').filter({ hasText: /password/i }),
  },
  {
    name: 'setup done',
    phase: 'no-sessions',
    isAnonymous: true,
    open: go('/setup#used'),
    shows: (page) => page.getByRole('heading', { name: 'The setup is done' }),
  },
  {
    name: 'no sessions',
    phase: 'no-sessions',
    isInSlice: true,
    open: go('/'),
    shows: (page) => page.getByRole('heading', { name: 'No sessions yet' }),
  },
  {
    name: 'no tokens',
    phase: 'no-sessions',
    open: go('/settings'),
    shows: (page) => page.getByRole('heading', { name: 'No tokens' }),
  },
  {
    name: 'empty archive',
    phase: 'no-sessions',
    open: go('/?view=archived'),
    shows: (page) => page.getByRole('heading', { name: 'Nothing archived' }),
  },
];
