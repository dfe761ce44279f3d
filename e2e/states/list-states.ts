import { expect } from '@playwright/test';
import { sessionUi } from '../support/web-ui.ts';
import { type State, go, openNewSession, openSession } from './state.ts';

/** The list of sessions, and what opens from it. */
export const listStates: readonly State[] = [
  {
    name: 'all statuses',
    phase: 'sessions',
    open: async (stage) => {
      const names = ['codex', 'needsYou', 'running', 'stopped', 'failed', 'manual', 'starting'] as const;
      for (const name of names) await stage.sessions.get(name);
      await go('/')(stage);
    },
    shows: (page) =>
      ['Needs attention', 'Running', 'Idle'].map((name) => page.getByRole('heading', { name })),
  },
  {
    name: 'starting',
    phase: 'sessions',
    isInSlice: true,
    open: openSession('starting'),
    shows: (page) => [
      page.getByText('Waiting for the container to connect'),
      ...[
        /Prepare the image: done.*\d s/,
        /Create the container: done.*\d s/,
        /Start it: done.*\d s/,
        /Connect: in progress/,
      ].map((step) =>
        sessionUi(page)
          .getByRole('region', { name: 'Start of the container' })
          .getByRole('listitem')
          .filter({ hasText: step }),
      ),
    ],
  },
  {
    name: 'search with a hit',
    phase: 'sessions',
    open: async (stage) => {
      await stage.sessions.get('codex');
      await go('/?q=limiter')(stage);
    },
    shows: (page) => page.getByRole('link', { name: /Add a rate limiter/ }).first(),
  },
  {
    name: 'search without a hit',
    phase: 'sessions',
    open: go('/?q=nothingofthiskind'),
    shows: (page) => page.getByText('No title or message has “nothingofthiskind”.'),
  },
  {
    name: 'archive',
    phase: 'sessions',
    open: async (stage) => {
      await stage.sessions.get('archived');
      await go('/?view=archived')(stage);
    },
    shows: (page) => page.getByRole('link', { name: /Old prototype/ }).first(),
  },
  {
    name: 'new session',
    phase: 'sessions',
    isInSlice: true,
    open: async (stage) => {
      await go('/')(stage);
      await openNewSession(stage);
      if (stage.viewport === 'desktop') await expect(stage.page.getByLabel('Title')).toBeFocused();
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Create session' }),
  },
  {
    name: 'new session without isolation',
    phase: 'sessions',
    open: async (stage) => {
      await go('/')(stage);
      await openNewSession(stage);
      const { page } = stage;
      await page.locator('label', { has: page.getByRole('radio', { name: /^This machine/ }) }).click();
      await page.locator('label', { has: page.getByRole('radio', { name: /^Do everything/ }) }).click();
    },
    shows: (page) => page.getByText('Nothing isolates this session'),
  },
  {
    name: 'keys',
    phase: 'sessions',
    only: 'desktop',
    open: async (stage) => {
      await go('/')(stage);
      await expect(stage.page.getByRole('searchbox')).toBeVisible();
      await stage.page.keyboard.press('?');
    },
    shows: (page) => page.getByRole('dialog', { name: 'Keyboard shortcuts' }),
  },
  {
    name: 'user menu',
    phase: 'sessions',
    open: async (stage) => {
      await go('/')(stage);
      await stage.page.getByRole('button', { name: /^(a )?ada/ }).click();
    },
    shows: (page) => page.getByRole('menuitem', { name: 'Log out' }),
  },
];
