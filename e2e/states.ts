import type { ContainerStatsPoint, ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import { expect, type Locator, type Page } from '@playwright/test';
import type { ApiClient } from './support/api-client.ts';
import type { DemoName, DemoSessions } from './support/demo-sessions.ts';
import type { RunningServer } from './support/running-server.ts';
import { busyHour, loseStats, showStats } from './support/shown-stats.ts';
import { admin, openFile, send, sessionUi } from './support/web-ui.ts';

export type ViewportName = 'desktop' | 'phone';

/** Where a state is shown: a page of its width, and the system around it. */
export interface Stage {
  readonly viewport: ViewportName;
  readonly page: Page;
  readonly server: RunningServer;
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

const go =
  (path: string) =>
  async ({ page, server }: Stage) => {
    await showStats(page, null);
    await page.goto(`${server.url}${path}`);
  };

const openSession = (name: DemoName) => async (stage: Stage) => {
  const { id } = await stage.sessions.get(name);
  await go(`/sessions/${id}`)(stage);
  const composer = sessionUi(stage.page).getByRole('textbox', { name: 'Message' });
  await expect(composer).not.toHaveAttribute('placeholder', /^Loading/, { timeout: 30_000 });
};

const inSession =
  (name: DemoName, then: (stage: Stage) => Promise<void>) =>
  async (stage: Stage): Promise<void> => {
    await openSession(name)(stage);
    await then(stage);
  };

async function showFiles({ page, viewport }: Stage): Promise<void> {
  const name = viewport === 'phone' ? 'Files' : 'Show files';
  await sessionUi(page).getByRole('button', { name, exact: true }).click();
}

async function showPanel({ page, viewport }: Stage, name: 'Terminal' | 'Preview'): Promise<void> {
  const button = viewport === 'phone' ? name : `Show ${name.toLowerCase()}`;
  await sessionUi(page).getByRole('button', { name: button, exact: true }).click();
}

/** A shell with something in it, in every colour. */
async function showTerminal(stage: Stage): Promise<void> {
  await showPanel(stage, 'Terminal');
  const terminal = sessionUi(stage.page).getByRole('textbox', { name: /^Terminal \d/ });
  await terminal.focus();
  const colors = [...Array(16).keys()].map((n) => `\\e[38;5;${n}m color ${n} \\e[0m`).join('');
  await stage.page.keyboard.insertText(
    `cd /; clear; printf '${colors}\\n'; PS1='\\$ '; ls -C --color=always /; echo done-$((1+1))`,
  );
  await stage.page.keyboard.press('Enter');
}

/** What the session called «A page» shows on its port. */
async function showPreview(stage: Stage): Promise<void> {
  await showPanel(stage, 'Preview');
  const port = sessionUi(stage.page)
    .getByRole('complementary', { name: 'Preview' })
    .getByRole('button', { name: /^\d+/ });
  await port.click();
}

async function openMenu({ page }: Stage): Promise<void> {
  await page.getByRole('button', { name: 'Session menu' }).click();
}

async function openLogs(stage: Stage): Promise<void> {
  await openMenu(stage);
  await stage.page.getByRole('menuitem', { name: 'Logs' }).click();
}

const logsDialog = (page: Page) => page.getByRole('dialog', { name: 'Container log' });

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
/** For its page, the session is one in Docker whose image has been replaced. */
async function openOutdated(stage: Stage): Promise<void> {
  const { page, sessions } = stage;
  const { id } = await sessions.get('outdated');
  const docker = { provider: 'docker', image: 'registry.example/agents:2026-11', isOutdated: true };
  await page.route(new RegExp(`/api/sessions/${id}(/container/status)?$`), async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), ...docker } });
  });
  await page.route(/\/api\/sessions\?/, async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { readonly sessions: readonly { readonly id: string }[] };
    const shown = list.sessions.map((one) => (one.id === id ? { ...one, provider: 'docker' } : one));
    await route.fulfill({ response, json: { ...list, sessions: shown } });
  });
  await openSession('outdated')(stage);
}

async function openRecovery({ page }: Stage): Promise<void> {
  await page.getByRole('button', { name: 'Recover…' }).click();
}

async function openNewSession({ page, viewport }: Stage): Promise<void> {
  const buttons = page.getByRole('button', { name: /New session/ });
  await (viewport === 'phone' ? buttons.first() : buttons.last()).click();
}

async function logInWrongly({ page }: Stage): Promise<void> {
  await page.getByLabel('User name').fill(admin.username);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** The whole of what was cut; its bar is the one that offers a file too. */
async function showAllOfOutput(page: Page): Promise<void> {
  const bar = sessionUi(page)
    .getByRole('link', { name: /^Download/ })
    .locator('..');
  await bar.getByRole('button', { name: 'Show all' }).click();
}

const output = (page: Page) => sessionUi(page).getByLabel('Output');

export const states: readonly State[] = [
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
    open: openSession('starting'),
    shows: (page) => page.getByText('Waiting for the container to connect'),
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

  {
    name: 'failed start',
    phase: 'sessions',
    open: openSession('failed'),
    shows: (page) => page.getByText('The container failed.'),
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
  {
    name: 'nothing said yet',
    phase: 'sessions',
    open: openSession('empty'),
    shows: (page) => sessionUi(page).getByRole('heading', { name: 'Ready when you are' }),
  },
  {
    name: 'codex',
    phase: 'sessions',
    isInSlice: true,
    open: openSession('codex'),
    shows: (page) => [
      sessionUi(page).getByRole('heading', { name: 'What changed' }),
      sessionUi(page).getByText('one bucket per client', { exact: true }),
    ],
  },
  {
    name: 'codex, plan and diff',
    phase: 'sessions',
    open: inSession('codex', async ({ page }) => {
      await sessionUi(page).getByRole('region', { name: 'Plan' }).last().scrollIntoViewIfNeeded();
      await sessionUi(page)
        .getByRole('log')
        .evaluate((log) => log.scrollTo({ top: 260 }));
    }),
    shows: (page) => [
      sessionUi(page).getByRole('region', { name: 'Plan' }).first(),
      sessionUi(page)
        .getByRole('region', { name: /Changes of src\/rate-limiter.ts/ })
        .first(),
    ],
  },
  {
    name: 'needs you, command',
    phase: 'sessions',
    isInSlice: true,
    open: openSession('needsYou'),
    shows: (page) => sessionUi(page).getByRole('button', { name: /^Allow once/ }),
  },
  {
    name: 'needs you, change',
    phase: 'sessions',
    open: openSession('needsYouForFile'),
    shows: (page) => [
      sessionUi(page).getByRole('button', { name: /^Allow once/ }),
      sessionUi(page).getByText('host: localhost').first(),
    ],
  },
  {
    name: 'agent stopped before the answer',
    phase: 'sessions',
    open: openSession('agentDied'),
    shows: (page) => [
      sessionUi(page).getByText('The agent stopped before you answered'),
      sessionUi(page).getByRole('button', { name: /^Allow once/ }),
    ],
  },
  {
    name: 'answer kept',
    phase: 'sessions',
    open: openSession('answerKept'),
    shows: (page) => [
      sessionUi(page).getByText('The agent had stopped; your answer is kept.'),
      sessionUi(page).getByRole('button', { name: 'Send as next prompt' }),
    ],
  },
  {
    name: 'running',
    phase: 'sessions',
    open: openSession('running'),
    shows: (page) => [sessionUi(page).getByRole('button', { name: 'Stop' }), output(page)],
  },
  {
    name: 'queued prompts',
    phase: 'sessions',
    open: openSession('queued'),
    shows: (page) => sessionUi(page).getByRole('region', { name: 'Queue' }).getByText('npm run lint'),
  },
  {
    name: 'interrupted',
    phase: 'sessions',
    open: openSession('interrupted'),
    shows: (page) => [
      sessionUi(page)
        .getByText(/^Stopped/)
        .first(),
      sessionUi(page).getByText('The queue waits, since the last turn was stopped.'),
    ],
  },
  {
    name: 'turn failed',
    phase: 'sessions',
    open: openSession('turnFailed'),
    shows: (page) => sessionUi(page).getByText('The turn failed'),
  },
  {
    name: 'shell',
    phase: 'sessions',
    open: openSession('shell'),
    shows: (page) => [sessionUi(page).getByText('exit 0').last(), sessionUi(page).getByText('exit 2')],
  },
  {
    name: 'cut output',
    phase: 'sessions',
    open: openSession('cut'),
    shows: (page) => [
      sessionUi(page).getByText('Output cut.'),
      sessionUi(page).getByRole('link', { name: /^Download/ }),
    ],
  },
  {
    name: 'cut output, all of it',
    phase: 'sessions',
    open: inSession('cut', async ({ page }) => {
      await showAllOfOutput(page);
    }),
    shows: (page) => sessionUi(page).getByText('All of it is shown.'),
  },
  {
    name: 'long content',
    phase: 'sessions',
    open: openSession('long'),
    shows: (page) => sessionUi(page).getByText('Mixed scripts:').last(),
  },
  {
    name: 'draft',
    phase: 'sessions',
    open: inSession('shell', async ({ page }) => {
      await sessionUi(page)
        .getByRole('textbox', { name: 'Message' })
        .fill('for file in *.md; do\n  wc -w "$file"\ndone');
    }),
    shows: (page) => sessionUi(page).getByRole('button', { name: 'Send' }),
  },
  {
    name: 'agent picker',
    phase: 'sessions',
    open: inSession('empty', async ({ page }) => {
      await sessionUi(page)
        .getByRole('button', { name: /^Agent:/ })
        .click();
    }),
    shows: (page) => sessionUi(page).getByRole('menuitemradio', { name: /Shell/ }),
  },
  {
    name: 'open a link',
    phase: 'sessions',
    open: inSession('empty', async ({ page }) => {
      const frame = page.frames().find((candidate) => candidate.url().includes('.localhost'));
      await frame?.evaluate(() =>
        window.parent.postMessage({ type: 'OPEN_LINK', url: 'https://nodejs.org/api/http2.html' }, '*'),
      );
    }),
    shows: (page) => page.getByRole('dialog', { name: 'Open nodejs.org?' }),
  },

  {
    name: 'terminal',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('preview', showTerminal),
    shows: (page) =>
      sessionUi(page)
        .locator('.xterm-rows')
        .getByText(/done-2/),
  },
  {
    name: 'no ports',
    phase: 'sessions',
    open: inSession('shell', (stage) => showPanel(stage, 'Preview')),
    shows: (page) => sessionUi(page).getByText('Nothing listens yet'),
  },
  {
    name: 'ports',
    phase: 'sessions',
    open: inSession('preview', (stage) => showPanel(stage, 'Preview')),
    shows: (page) => sessionUi(page).getByRole('button', { name: /^\d+/ }),
  },
  {
    name: 'preview',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('preview', showPreview),
    shows: (page) =>
      sessionUi(page).frameLocator('iframe[title^="Preview of port"]').getByRole('heading', { name: 'Mine' }),
  },
  {
    name: 'files',
    phase: 'sessions',
    open: inSession('files', showFiles),
    shows: (page) =>
      sessionUi(page)
        .getByRole('complementary', { name: 'Files' })
        .getByRole('button', { name: /notes\.md/ }),
  },
  {
    name: 'text file',
    phase: 'sessions',
    isInSlice: true,
    open: inSession('files', async (stage) => {
      await showFiles(stage);
      await openFile(stage.page, 'notes.md');
    }),
    shows: (page) => sessionUi(page).getByLabel('Text of notes.md'),
  },
  {
    name: 'changed file',
    phase: 'sessions',
    open: inSession('files', async (stage) => {
      await showFiles(stage);
      await openFile(stage.page, 'notes.md');
      await sessionUi(stage.page).getByLabel('Text of notes.md').fill('# Notes\n\n- changed\n');
    }),
    shows: (page) => sessionUi(page).getByRole('button', { name: /^Save/ }),
  },
  {
    name: 'binary file',
    phase: 'sessions',
    open: inSession('files', async (stage) => {
      await showFiles(stage);
      await openFile(stage.page, 'picture.bin');
    }),
    shows: (page) => sessionUi(page).getByRole('heading', { name: 'Not a text' }),
  },
  {
    name: 'huge file',
    phase: 'sessions',
    open: inSession('files', async (stage) => {
      await showFiles(stage);
      await openFile(stage.page, 'huge.log');
    }),
    shows: (page) =>
      sessionUi(page)
        .getByText(/too (large|big)/i)
        .first(),
  },
  {
    name: 'files of a sleeping session',
    phase: 'sessions',
    open: inSession('stopped', showFiles),
    shows: (page) => sessionUi(page).getByRole('complementary', { name: 'Files' }).getByRole('alert'),
  },

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
        untold: ['disk'],
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

  {
    name: 'settings',
    phase: 'sessions',
    open: go('/settings'),
    shows: (page) => page.getByRole('button', { name: /^Revoke/ }).first(),
  },
  {
    name: 'new token',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page.getByRole('button', { name: 'New token' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Create token' }),
  },
  {
    name: 'token shown once',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page.getByRole('button', { name: 'New token' }).click();
      const dialog = stage.page.getByRole('dialog');
      await dialog.getByLabel('Name').fill(`Backup on ${stage.viewport}`);
      await dialog.getByRole('button', { name: 'Create token' }).click();
    },
    shows: (page) => page.getByLabel('Secret of the token'),
  },
  {
    name: 'revoke a token',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page
        .getByRole('button', { name: /^Revoke/ })
        .first()
        .click();
    },
    shows: (page) => page.getByRole('button', { name: 'Revoke token' }),
  },
  {
    name: 'dokploy',
    phase: 'no-sessions',
    open: go('/admin/dokploy'),
    shows: (page) => page.getByText('Not set up'),
  },
  {
    name: 'dokploy test',
    phase: 'no-sessions',
    open: async (stage) => {
      await go('/admin/dokploy')(stage);
      const { page } = stage;
      // Nobody listens there.
      await page.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:9');
      await page.getByLabel('API key').fill('a-key');
      await page.getByLabel('Image of sessions').fill('codex-session');
      await page.getByRole('button', { name: 'Test connection' }).click();
      const result = page.getByRole('status', { name: 'Result of the test' });
      await result.scrollIntoViewIfNeeded();
    },
    shows: (page) => [page.getByText('127.0.0.1:9 does not answer'), page.getByText('names no registry')],
  },
  {
    name: 'users',
    phase: 'sessions',
    open: go('/admin/users'),
    shows: (page) => page.getByRole('button', { name: 'Add user' }),
  },
  {
    name: 'new user',
    phase: 'sessions',
    open: async (stage) => {
      await go('/admin/users')(stage);
      await stage.page.getByRole('button', { name: 'Add user' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByLabel('Role'),
  },

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
