import { startScriptedModel } from '@codex-webapp/scripted-model';
import { expect, test } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { requireCodex } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { scriptedAgents } from './support/scripted-agents.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

test('a usage limit shows when it resets, and the session goes on by itself once, in every window, also after kill -9', async ({
  page,
  context,
}) => {
  requireCodex();
  test.setTimeout(600_000);
  await using model = await startScriptedModel();
  const server = await RunningServer.start({ environment: scriptedAgents('process', model) });
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Limited',
      agent: 'Codex',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const ui = sessionUi(page);
    const note = ui.getByRole('region', { name: 'Usage limit' });
    await send(page, 'limit: 90');
    await expect(note).toContainText('The usage limit resets at', { timeout: 120_000 });

    await note.getByRole('button', { name: 'Continue then' }).click();
    await expect(note).toContainText('Continues at');
    const other = await context.newPage();
    await other.goto(page.url());
    const otherNote = sessionUi(other).getByRole('region', { name: 'Usage limit' });
    await otherNote.getByRole('button', { name: 'Cancel' }).click();
    await expect(note).toContainText('The usage limit resets at');
    await note.getByRole('button', { name: 'Continue then' }).click();
    await expect(otherNote).toContainText('Continues at');

    await server.end('SIGKILL');
    await server.start();
    // A page behind another one is not drawn: a frame that is loaded there may have no size.
    await page.bringToFront();
    await page.reload();
    const said = ui.getByText('Sent when the usage limit had reset');
    await expect(said).toBeVisible({ timeout: 150_000 });
    await expect(note).toHaveCount(0);
    await expect
      .poll(() =>
        query(
          server.databasePath,
          `SELECT text, author_kind, status FROM prompts WHERE session_id = ? AND client_request_id LIKE 'limit-reset-%'`,
          id,
        ),
      )
      .toEqual([{ text: 'continue', author_kind: 'system', status: 'done' }]);
  } finally {
    await server.dispose();
  }
});
