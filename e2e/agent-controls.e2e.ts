import { startScriptedModel, type ScriptedModel } from '@codex-webapp/scripted-model';
import { expect, test, type FrameLocator } from '@playwright/test';
import { requireCodex } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { scriptedAgents } from './support/scripted-agents.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

const dotPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('the next agent knows what was said, and gets the model, the effort and the image that were chosen', async ({
  page,
}) => {
  requireCodex();
  test.setTimeout(240_000);
  await using model = await startScriptedModel();
  const server = await RunningServer.start({ environment: scriptedAgents('process', model) });
  try {
    await setUp(page, server);
    await createSession(page, {
      title: 'Choices',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    const ui = sessionUi(page);
    const composer = ui.getByRole('textbox', { name: 'Message' });
    await send(page, 'mkdir -p docs && echo words > docs/notes.md && echo said by the shell');
    await expect(ui.getByText('said by the shell', { exact: true }).last()).toBeVisible({ timeout: 60_000 });
    await expect(ui.getByRole('button', { name: 'Attach files' })).toHaveCount(0);

    await choose(ui, /^Agent:/, /^Codex/);
    await send(page, 'say: I am here.');
    await expect(ui.getByText('I am here.', { exact: true })).toBeVisible({ timeout: 120_000 });
    expect(lastRequest(model).text).toContain('> said by the shell');

    await choose(ui, /^Model:/, /^GPT-6-Luna/);
    await choose(ui, /^Model: GPT-6-Luna/, 'high');
    await expect(ui.getByRole('button', { name: 'Model: GPT-6-Luna · high' })).toBeVisible();

    await composer.focus();
    await paste(ui, 'shot.png');
    const chips = ui.getByRole('list', { name: 'Attachments' });
    await expect(chips.getByRole('img', { name: 'shot.png' })).toBeVisible();
    await expect(chips.getByRole('progressbar')).toHaveCount(0);

    await composer.pressSequentially('say: I see it. @no');
    await expect(ui.getByRole('option', { name: /notes\.md/ })).toBeVisible();
    await composer.press('Enter');
    await expect(composer).toHaveValue('say: I see it. @docs/notes.md ');
    await composer.press('Enter');
    await expect(ui.getByText('I see it. @docs/notes.md', { exact: true }).last()).toBeVisible({
      timeout: 60_000,
    });
    await expect(
      ui.getByRole('list', { name: 'Images' }).getByRole('img', { name: 'shot.png' }),
    ).toBeVisible();
    const { body, text } = lastRequest(model);
    expect(body).toMatchObject({ model: 'gpt-6-luna', reasoning: { effort: 'high' } });
    expect(text).toContain(`data:image/png;base64,${dotPng}`);

    // Another family of models begins with a summary too.
    const summaries = ui.getByText(/summed up the conversation/);
    const before = await summaries.count();
    await composer.pressSequentially('/comp');
    await expect(ui.getByRole('listbox', { name: 'Commands' })).toBeVisible();
    await expect(ui.getByRole('option', { name: /^\/compact/ })).toHaveAttribute('aria-selected', 'true');
    await composer.press('Escape');
    await expect(ui.getByRole('listbox', { name: 'Commands' })).toHaveCount(0);
    await composer.press('Backspace');
    await composer.press('Tab');
    await expect(composer).toHaveValue('/compact ');
    await composer.press('Enter');
    await expect(summaries).toHaveCount(before + 1, { timeout: 60_000 });
  } finally {
    await server.dispose();
  }
});

async function choose(ui: FrameLocator, menu: RegExp, item: RegExp | string): Promise<void> {
  await ui.getByRole('button', { name: menu }).click();
  await ui.getByRole('menuitemradio', { name: item, exact: true }).click();
}

/** What a browser does with a picture from the clipboard. */
async function paste(ui: FrameLocator, name: string): Promise<void> {
  await ui.getByRole('textbox', { name: 'Message' }).evaluate(
    (field, [base64, fileName]) => {
      const bytes = Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], fileName ?? '', { type: 'image/png' }));
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    [dotPng, name],
  );
}

function lastRequest(model: ScriptedModel): { readonly body: unknown; readonly text: string } {
  const body = model.requests.at(-1)?.body;
  return { body, text: JSON.stringify(body) };
}
