import { expect } from '@playwright/test';
import { send, sessionUi } from '../support/web-ui.ts';
import type { State } from './state.ts';

/** Addresses that lead nowhere, and a server that is gone. */
export const addressStates: readonly State[] = [
  {
    name: 'unknown host',
    phase: 'sessions',
    isAnonymous: true,
    open: async ({ page, server }) => {
      await page.goto(`http://chat.example:${server.port}/`);
    },
    shows: (page) => page.getByRole('heading', { name: 'This address is not set up' }),
  },
  {
    name: 'dead session address',
    phase: 'sessions',
    isAnonymous: true,
    open: async ({ page, server }) => {
      await page.goto(`http://${'0'.repeat(32)}.localhost:${server.port}/`);
    },
    shows: (page) => page.getByRole('heading', { name: 'There is no such session' }),
  },
  {
    name: 'session address in a tab',
    phase: 'sessions',
    isAnonymous: true,
    open: async ({ page, sessions }) => {
      await page.goto((await sessions.get('empty')).origin);
    },
    shows: (page) => page.getByRole('heading', { name: 'Open this session from the app' }),
  },
  {
    name: 'server gone',
    phase: 'server-gone',
    open: async (stage) => {
      // The page was opened before the server went.
      await expect(sessionUi(stage.page).getByText(/^Connection lost\./)).toBeVisible({ timeout: 30_000 });
      await send(stage.page, 'echo are you there?');
    },
    shows: (page) => [
      sessionUi(page).getByText(/^Connection lost\./),
      sessionUi(page).getByText('echo are you there?').last(),
    ],
  },
];
