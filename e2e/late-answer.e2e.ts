import { startScriptedModel } from '@codex-webapp/scripted-model';
import { expect, test } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { killAgent } from './support/processes.ts';
import { requireCodex } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

test('an answer that comes after the agent has died is kept, and sent once as the next prompt', async ({
  page,
  context,
}) => {
  requireCodex();
  await using model = await startScriptedModel({ paceMs: 10 });
  const server = await RunningServer.start({
    environment: {
      AGENT_ENV_OPENAI_BASE_URL: `${model.url}/v1`,
      AGENT_ENV_OPENAI_API_KEY: 'sk-scripted',
      AGENT_ENV_CODEX_MODEL: 'gpt-5.5',
    },
  });
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Too late',
      agent: 'Codex',
      provider: 'This machine, no isolation',
      mode: 'Ask first',
    });
    await send(page, 'say: First this.\nrun: touch made.txt\nsay: Done.');
    const ui = sessionUi(page);
    await expect(ui.getByRole('alertdialog')).toContainText('touch made.txt', { timeout: 60_000 });
    killAgent(id);
    const card = ui.getByRole('group', { name: /before the agent stopped/ });
    await expect(card).toContainText('The agent stopped before you answered');
    await expect(ui.getByRole('alertdialog')).toHaveCount(0);

    await card.getByRole('button', { name: /^Allow once/ }).click();
    const kept = 'The agent had stopped; your answer is kept.';
    await expect(ui.getByText(kept)).toBeVisible();
    await server.end('SIGKILL');
    await server.start();
    await page.reload();
    await expect(ui.getByText(kept)).toBeVisible();

    const other = await context.newPage();
    await other.goto(page.url());
    await expect(sessionUi(other).getByText(kept)).toBeVisible();
    const button = { name: 'Send as next prompt' };
    await Promise.all([
      ui.getByRole('button', button).click(),
      sessionUi(other).getByRole('button', button).click(),
    ]);
    for (const shown of [ui, sessionUi(other)]) {
      await expect(shown.getByText('your answer was sent as a prompt')).toBeVisible();
      // The scripted model repeats it, since it is no instruction; what counts is that it was said to it once.
      const said = shown.getByRole('listitem').filter({ has: shown.getByRole('heading', { name: 'You' }) });
      await expect(said.filter({ hasText: 'My answer: Allow once' })).toHaveCount(1);
    }
    await expect
      .poll(() =>
        query(
          server.databasePath,
          `SELECT count(*) AS prompts FROM prompts WHERE session_id = ? AND client_request_id LIKE 'answer-of-%'`,
          id,
        ),
      )
      .toEqual([{ prompts: 1 }]);
  } finally {
    await server.dispose();
  }
});
