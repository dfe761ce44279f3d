import { openFile, sessionUi } from '../support/web-ui.ts';
import { type Stage, type State, inSession } from './state.ts';

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

/** What stands beside the conversation. */
export const workspaceStates: readonly State[] = [
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
];
