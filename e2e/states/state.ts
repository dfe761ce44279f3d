import { expect, type Locator, type Page } from '@playwright/test';
import type { ApiClient } from '../support/api-client.ts';
import type { DemoName } from '../support/demo-recipes.ts';
import type { DemoSessions } from '../support/demo-sessions.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { SimulatedDokploy } from '../support/simulated-dokploy.ts';
import { showStats } from '../support/shown-stats.ts';
import { sessionUi } from '../support/web-ui.ts';

export type ViewportName = 'desktop' | 'phone';

/** Where a state is shown: a page of its width, and the system around it. */
export interface Stage {
  readonly viewport: ViewportName;
  readonly page: Page;
  readonly server: RunningServer;
  readonly dokploy: SimulatedDokploy;
  readonly sessions: DemoSessions;
  readonly api: ApiClient;
}

/** What the system has been through when a state is shown, in this order. */
export const phases = ['before-setup', 'no-sessions', 'sessions', 'server-gone'] as const;

export type Phase = (typeof phases)[number];

export interface State {
  readonly name: string;
  readonly phase: Phase;
  /** Nobody is logged in. */
  readonly isAnonymous?: true;
  /** Both widths when absent. */
  readonly only?: ViewportName;
  /** Belongs to the small slice that is always shown. */
  readonly isInSlice?: true;
  /** Brings the page there, from wherever it is. */
  readonly open: (stage: Stage) => Promise<void>;
  /** What must be seen; a state without it is broken. */
  readonly shows: (page: Page) => Locator | readonly Locator[];
}

export const go =
  (path: string) =>
  async ({ page, server }: Stage) => {
    await showStats(page, null);
    await page.goto(`${server.url}${path}`);
  };

export const openSession = (name: DemoName) => async (stage: Stage) => {
  const { id } = await stage.sessions.get(name);
  await go(`/sessions/${id}`)(stage);
  const composer = sessionUi(stage.page).getByRole('textbox', { name: 'Message' });
  await expect(composer).not.toHaveAttribute('placeholder', /^Loading/, { timeout: 30_000 });
};

export const inSession =
  (name: DemoName, then: (stage: Stage) => Promise<void>) =>
  async (stage: Stage): Promise<void> => {
    await openSession(name)(stage);
    await then(stage);
  };

export async function openMenu({ page }: Stage): Promise<void> {
  await page.getByRole('button', { name: 'Session menu' }).click();
}

export async function openNewSession({ page, viewport }: Stage): Promise<void> {
  const buttons = page.getByRole('button', { name: /New session/ });
  await (viewport === 'phone' ? buttons.first() : buttons.last()).click();
}

export const output = (page: Page) => sessionUi(page).getByLabel('Output');
