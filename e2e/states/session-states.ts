import type { ContainerStatsPoint, ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import type { Page } from '@playwright/test';
import type { DemoName } from '../support/demo-recipes.ts';
import { busyHour, loseStats, showStats } from '../support/shown-stats.ts';
import { sessionUi } from '../support/web-ui.ts';
import { type Stage, type State, go, openSession, inSession, openMenu } from './state.ts';

/** The dialog of what a session uses; with figures that a test cannot wait for, where `answer` has some. */
const openResources =
  (name: DemoName, answer: (() => ContainerStatsResponse) | null = null) =>
  async (stage: Stage): Promise<void> => {
    await openSession(name)(stage);
    await showStats(stage.page, answer);
    // Asked for anew by a page that did not see this coming.
    if (answer !== null) await stage.page.reload();
    await openMenu(stage);
    await stage.page.getByRole('menuitem', { name: /^Resources/ }).click();
  };

const chart = (page: Page, name: string) => page.getByRole('dialog').getByRole('img', { name });

/** What is done to a session as a whole. */
export const sessionStates: readonly State[] = [
  {
    name: 'session menu',
    phase: 'sessions',
    open: inSession('codex', openMenu),
    shows: (page) => page.getByRole('menuitem', { name: 'Restart' }),
  },
  {
    name: 'resources',
    phase: 'sessions',
    isInSlice: true,
    open: openResources('shell', busyHour),
    shows: (page) => ['CPU', 'Memory', 'Files'].map((name) => chart(page, `${name} over the last hour`)),
  },
  {
    name: 'resources, five minutes',
    phase: 'sessions',
    open: async (stage) => {
      await openResources('shell', busyHour)(stage);
      await stage.page.getByRole('button', { name: 'Last 5 minutes' }).click();
    },
    shows: (page) => chart(page, 'CPU over the last five minutes'),
  },
  {
    name: 'resources, no data yet',
    phase: 'sessions',
    open: openResources('shell', () => ({ ...busyHour(), current: null, live: [], lastHour: [] })),
    shows: (page) => page.getByText('Measuring…').first(),
  },
  {
    name: 'resources, near the limit',
    phase: 'sessions',
    open: openResources('shell', () => {
      const hour = busyHour();
      const newest = hour.lastHour.at(-1);
      const current = newest && { ...newest, memoryBytes: 3_900 * 1024 * 1024 };
      return {
        ...hour,
        current: current ?? null,
        lastHour: [...hour.lastHour, ...(current ? [current] : [])],
      };
    }),
    shows: (page) => page.getByText('Near its limit').first(),
  },
  {
    name: 'resources, engine away',
    phase: 'sessions',
    open: openResources('shell', () =>
      busyHour({ problem: 'Docker does not answer. Start it, or choose another provider for the session.' }),
    ),
    shows: (page) => page.getByText('What you see is not the newest.'),
  },
  {
    name: 'resources, not told',
    phase: 'sessions',
    open: openResources('shell', () => {
      const hour = busyHour();
      const withoutDisk = (point: ContainerStatsPoint) => ({ ...point, diskBytes: null });
      return {
        ...hour,
        unsupported: ['disk'],
        limits: { ...hour.limits, diskBytes: null },
        current: hour.current && withoutDisk(hour.current),
        lastHour: hour.lastHour.map(withoutDisk),
      };
    }),
    shows: (page) => page.getByText('Not told'),
  },
  {
    name: 'resources, stopped',
    phase: 'sessions',
    open: openResources('stopped'),
    shows: (page) => page.getByText('The container does not run.'),
  },
  {
    name: 'resources, by hand',
    phase: 'sessions',
    open: openResources('manual'),
    shows: (page) => page.getByText('A container that is run by hand does not tell this.').first(),
  },
  {
    name: 'resources, server away',
    phase: 'sessions',
    open: async (stage) => {
      await openSession('shell')(stage);
      await loseStats(stage.page);
      await stage.page.reload();
      await openMenu(stage);
      await stage.page.getByRole('menuitem', { name: /^Resources/ }).click();
    },
    shows: (page) => page.getByText('What it uses could not be read'),
  },
  {
    name: 'rename',
    phase: 'sessions',
    open: inSession('codex', async ({ page }) => {
      await page.getByRole('button', { name: /rename$/ }).click();
    }),
    shows: (page) => page.getByRole('textbox', { name: /title/i }),
  },
  {
    name: 'delete',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('codex', async (stage) => {
      await openMenu(stage);
      await stage.page.getByRole('menuitem', { name: /Delete/ }).click();
    }),
    shows: (page) => page.getByRole('button', { name: 'Delete session' }),
  },
  {
    name: 'archived session',
    phase: 'sessions',
    open: openSession('archived'),
    shows: (page) => page.getByText('This session is archived.').first(),
  },
  {
    name: 'no such session',
    phase: 'sessions',
    open: go('/sessions/00000000-0000-4000-8000-000000000000'),
    shows: (page) => page.getByRole('heading', { name: 'There is no such session' }),
  },
  {
    name: 'no such page',
    phase: 'sessions',
    open: go('/no/such/page'),
    shows: (page) => page.getByRole('heading', { name: 'There is no such page' }),
  },
  {
    name: 'drawer',
    phase: 'sessions',
    only: 'phone',
    isInSlice: true,
    open: inSession('codex', async ({ page }) => {
      await page.getByRole('button', { name: 'Show the sessions' }).click();
    }),
    shows: (page) => page.getByRole('dialog', { name: 'Sessions' }),
  },
  {
    name: 'list hidden',
    phase: 'sessions',
    only: 'desktop',
    open: inSession('codex', async ({ page }) => {
      await page.getByRole('heading', { level: 1 }).focus();
      await page.keyboard.press('Control+b');
    }),
    shows: (page) => sessionUi(page).getByRole('heading', { name: 'What changed' }),
  },
];
