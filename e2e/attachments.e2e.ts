import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startScriptedModel } from '@codex-webapp/scripted-model';
import { expect, test, type Page } from '@playwright/test';
import { requireCodex } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { scriptedAgents } from './support/scripted-agents.ts';
import { createSession, sessionUi, setUp } from './support/web-ui.ts';

const words = 'dropped words\n';
const tooLargeBytes = 10 * 1024 * 1024 + 1;

test('a file that is dropped onto the composer goes with the message, and one that is too large says so', async ({
  page,
}) => {
  requireCodex();
  test.setTimeout(240_000);
  await using model = await startScriptedModel();
  const server = await RunningServer.start({ environment: scriptedAgents('process', model) });
  const desktop = mkdtempSync(path.join(tmpdir(), 'codex-webapp-desktop-'));
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Dropped',
      agent: 'Codex',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const ui = sessionUi(page);
    const composer = ui.getByRole('textbox', { name: 'Message' });
    const chips = ui.getByRole('list', { name: 'Attachments' });
    const notes = path.join(desktop, 'my notes.txt');
    writeFileSync(notes, words);
    const film = path.join(desktop, 'film.mp4');
    writeFileSync(film, '');
    truncateSync(film, tooLargeBytes);

    await drop(page, notes, film);
    await expect(chips.getByRole('listitem')).toHaveCount(2);
    await expect(chips.getByRole('progressbar')).toHaveCount(0);
    const refused = chips.getByRole('listitem').filter({ hasText: 'film.mp4' });
    await expect(refused.getByRole('alert')).toHaveText('It is larger than 10 MB.');
    await composer.fill('say: I read it.');
    await expect(ui.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();

    await refused.getByRole('button', { name: 'Remove film.mp4' }).click();
    await expect(chips.getByRole('listitem')).toHaveText(['my notes.txt']);
    await composer.press('Enter');
    await expect(ui.getByText('I read it.', { exact: true }).last()).toBeVisible({ timeout: 120_000 });
    await expect(chips).toHaveCount(0);

    const attachments = path.join(server.folder, 'workspaces', id, 'workspace', '.attachments');
    const folders = readdirSync(attachments).filter((name) => name !== '.gitignore');
    expect(folders).toHaveLength(1);
    const place = `.attachments/${folders[0]}/my notes.txt`;
    expect(readFileSync(path.join(attachments, '..', place), 'utf8')).toBe(words);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain(`Attached file: @${place}`);
  } finally {
    await server.dispose();
    rmSync(desktop, { recursive: true });
  }
});

/** As the browser is told by the system: files from the disk, held over the composer and let go. */
async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const form = sessionUi(page).getByRole('form', { name: 'Write to the agent' });
  const box = await form.boundingBox();
  if (box === null) throw new Error('There is no composer');
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const devtools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, ...at, data });
  await expect(form).toHaveClass(/border-dashed/);
  await devtools.send('Input.dispatchDragEvent', { type: 'drop', ...at, data });
  await expect(form).not.toHaveClass(/border-dashed/);
  await devtools.detach();
}
