import type { Page } from '@playwright/test';
import { sessionUi } from '../support/web-ui.ts';
import { type State, openSession, inSession, output } from './state.ts';

/** The whole of what was cut; its bar is the one that offers a file too. */
async function showAllOfOutput(page: Page): Promise<void> {
  const bar = sessionUi(page)
    .getByRole('button', { name: /^Download/ })
    .locator('..');
  await bar.getByRole('button', { name: 'Show all' }).click();
}

const rawEvents = (page: Page) => sessionUi(page).getByRole('dialog', { name: 'Raw events' });

/** The conversation of a session. */
export const conversationStates: readonly State[] = [
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
    shows: (page) => [
      sessionUi(page).getByRole('region', { name: 'Queue' }).getByText('npm run lint'),
      sessionUi(page).getByRole('region', { name: 'Queue' }).getByText('npm run deploy'),
    ],
  },
  {
    name: 'queued prompt, edited',
    phase: 'sessions',
    open: inSession('queued', async ({ page }) => {
      await sessionUi(page).getByRole('button', { name: 'Edit', exact: true }).last().click();
    }),
    shows: (page) => [
      sessionUi(page).getByRole('textbox', { name: 'Text of the waiting prompt' }),
      sessionUi(page).getByRole('button', { name: 'Save', exact: true }),
    ],
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
      sessionUi(page).getByRole('button', { name: /^Download/ }),
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
    name: 'raw events',
    phase: 'sessions',
    open: inSession('shell', async ({ page }) => {
      await sessionUi(page).getByRole('button', { name: 'Raw events' }).last().click();
      await rawEvents(page)
        .getByRole('button', { name: /tool\.started/ })
        .first()
        .click();
    }),
    shows: (page) => [
      rawEvents(page).getByRole('button', { name: /turn\.started/ }),
      rawEvents(page).getByText('"toolCallId"').first(),
      rawEvents(page).getByRole('button', { name: 'Copy as JSON lines' }),
    ],
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
];
