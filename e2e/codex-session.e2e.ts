import { expect, test, type Page } from '@playwright/test';
import { startScriptedModel, type ScriptedModel } from '@codex-webapp/scripted-model';
import { query } from './support/chat-database.ts';
import { bridgeGateway } from './support/docker-engine.ts';
import { requireCodex, requireDocker } from './support/requirements.ts';
import { RunningServer } from './support/running-server.ts';
import { scriptedAgents } from './support/scripted-agents.ts';
import { deleteWithoutTrace, openElsewhere, processes, stopAndCrash } from './support/session-life.ts';
import { createSession, openFile, send, sessionUi, setUp } from './support/web-ui.ts';

const prompt = [
  'say: I look around first.',
  'run: touch made.txt && echo made by codex',
  'write: notes/hello.txt <<< Hello\\nfrom codex',
  'say: The command said {output}.',
].join('\n');

const answer = { text: 'I look around first.', command: 'touch made.txt && echo made by codex' } as const;

test('codex asks first, in a process, survives its server, wakes on a prompt and leaves nothing behind', async ({
  page,
}) => {
  requireCodex();
  test.setTimeout(240_000);
  await using model = await startScriptedModel({ paceMs: 10 });
  const server = await startServer('process', model);
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Ask me',
      agent: 'Codex',
      provider: 'This machine, no isolation',
      mode: 'Ask first',
    });
    await send(page, prompt);

    const card = sessionUi(page).getByRole('alertdialog');
    await expect(card).toContainText('Codex wants to run a command');
    await expect(card).toContainText(answer.command);
    await expect(page.getByRole('navigation', { name: 'Sessions' })).toContainText('Needs you');
    // Nothing happens before the answer.
    await expectFilesAre(page, []);
    await card.getByRole('button', { name: /^Allow once/ }).click();

    await expect(card).toContainText('Codex wants to change');
    await expect(card).toContainText('from codex');
    await card.getByRole('button', { name: /^Allow once/ }).click();

    await expectAnswer(page);
    await expectFiles(page);
    await expectRows(server, id);
    expect(
      await query(
        server.databasePath,
        `SELECT kind, status, answer, decided_by IS NOT NULL AS isDecided FROM agent_requests
         WHERE session_id = ? ORDER BY created_at`,
        id,
      ),
    ).toEqual([
      { kind: 'permission', status: 'answered', answer: '{"optionId":"accept"}', isDecided: 1 },
      { kind: 'permission', status: 'answered', answer: '{"optionId":"accept"}', isDecided: 1 },
    ]);

    await stopAndCrash(page, server, { id, backend: processes });
    const fresh = await openElsewhere(page, server, id);
    await expect(sessionUi(fresh).getByText('touch made.txt').first()).toBeVisible();
    await expectAnswer(fresh);
    for (const question of ['wants to run a command', 'wants to change notes/hello.txt'])
      await expect(sessionUi(fresh).getByText(`Codex ${question}`)).toBeVisible();
    await expect(sessionUi(fresh).getByRole('alertdialog')).toHaveCount(0);
    await expectRows(server, id);
    expect(await processes.running(id)).toEqual([]);

    // Another program than the one that answered, in the same thread and workspace.
    await send(fresh, 'run: cat made.txt notes/hello.txt && echo awake\nsay: Awake, it said {output}.');
    await fresh.bringToFront();
    await sessionUi(fresh)
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Allow once/ })
      .click({ timeout: 60_000 });
    await expect(sessionUi(fresh).getByLabel('Output').last()).toHaveText(/Hello\s+from codex\s+awake/);
    await expect(sessionUi(fresh).getByText(/^Awake, it said/)).toBeVisible();
    await expectAnswer(fresh);
    await expectFiles(fresh);
    await deleteWithoutTrace(fresh, server, { id, backend: processes });
    await fresh.context().close();
  } finally {
    await server.dispose();
  }
});

test('what one page has answered is answered in every page', async ({ page, context }) => {
  requireCodex();
  await using model = await startScriptedModel({ paceMs: 10 });
  const server = await startServer('process', model);
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Ask us',
      agent: 'Codex',
      provider: 'This machine, no isolation',
      mode: 'Ask first',
    });
    const other = await context.newPage();
    await other.goto(page.url());
    await send(page, 'run: touch made.txt\nsay: Done.');
    const cards = [page, other].map((one) => sessionUi(one).getByRole('alertdialog'));
    for (const card of cards) await expect(card).toContainText('touch made.txt', { timeout: 60_000 });

    // Both have pressed, and the second one's answer is the later one.
    const refused = other.waitForResponse(/\/api\/requests\/[^/]+\/answer$/);
    const late = new Promise<() => Promise<void>>((held) => {
      void other.route(/\/api\/requests\/[^/]+\/answer$/, (route) => held(() => route.continue()));
    });
    await cards[1]?.getByRole('button', { name: /^Reject/ }).click();
    const release = await late;
    await cards[0]?.getByRole('button', { name: /^Allow once/ }).click();
    const expectAnswered = async () => {
      for (const one of [page, other]) {
        const ui = sessionUi(one);
        await expect(ui.getByRole('alertdialog')).toHaveCount(0);
        await expect(ui.getByText('Allow once', { exact: true })).toBeVisible();
      }
    };
    await expectAnswered();
    await release();
    expect((await refused).status()).toBe(409);
    await expectAnswered();
    for (const one of [page, other])
      await expect(sessionUi(one).getByText('Done.', { exact: true })).toBeVisible();
    expect(
      await query(server.databasePath, 'SELECT status, answer FROM agent_requests WHERE session_id = ?', id),
    ).toEqual([{ status: 'answered', answer: '{"optionId":"accept"}' }]);
  } finally {
    await server.dispose();
  }
});

test('codex does everything, in a docker container', async ({ page }) => {
  await requireDocker();
  // The first run builds the image.
  test.setTimeout(900_000);
  await using model = await startScriptedModel({ paceMs: 10, host: await bridgeGateway() });
  const server = await startServer('docker', model);
  try {
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'Full auto',
      agent: 'Codex',
      provider: 'Docker',
      mode: 'Do everything',
    });
    await send(page, prompt);
    await expect(sessionUi(page).getByText(answer.text, { exact: true })).toBeVisible({ timeout: 600_000 });
    await expectAnswer(page);
    await expectFiles(page);
    await expectRows(server, id);
    expect(await query(server.databasePath, 'SELECT id FROM agent_requests')).toEqual([]);
    // It really was in there: the container's own user and folder.
    await send(page, 'run: id -un && pwd');
    await expect(sessionUi(page).getByLabel('Output').last()).toHaveText(/node\s+\/data\/workspace/);
  } finally {
    await server.dispose();
  }
});

function startServer(provider: 'process' | 'docker', model: ScriptedModel): Promise<RunningServer> {
  return RunningServer.start({ environment: scriptedAgents(provider, model) });
}

/** What the user sees of the prompt's answer. */
async function expectAnswer(page: Page): Promise<void> {
  const ui = sessionUi(page);
  await expect(ui.getByText(answer.text, { exact: true })).toBeVisible();
  await expect(ui.getByRole('button', { name: answer.command }).first()).toBeVisible();
  await expect(ui.getByLabel('Output').first()).toHaveText('made by codex');
  await expect(ui.getByText('exit 0').first()).toBeVisible();
  await expect(ui.getByText('notes/hello.txt').first()).toBeVisible();
  await expect(ui.getByText('from codex', { exact: true })).toBeVisible();
  await expect(ui.getByText(/^The command said/)).toBeVisible();
  await expect(ui.getByRole('button', { name: 'Send' })).toBeVisible();
}

/** What the prompt's answer left in the workspace. */
async function expectFiles(page: Page): Promise<void> {
  const ui = sessionUi(page);
  await expectFilesAre(page, ['made.txt', 'notes']);
  await openFile(page, 'notes', 'hello.txt');
  await expect(ui.getByLabel('Text of hello.txt')).toHaveValue('Hello\nfrom codex\n');
}

async function expectFilesAre(page: Page, names: readonly string[]): Promise<void> {
  const ui = sessionUi(page);
  const files = ui.getByRole('complementary', { name: 'Files' });
  if (!(await files.isVisible())) await ui.getByRole('button', { name: 'Show files' }).click();
  await expect(files.getByText('Workspace')).toBeVisible();
  if (names.length === 0) await expect(files.getByText('Nothing here yet')).toBeVisible();
  for (const name of names) await expect(files.getByRole('button', { name })).toBeVisible();
  await expect(files.getByRole('listitem')).toHaveCount(names.length);
}

async function expectRows(server: RunningServer, sessionId: string): Promise<void> {
  const read = () =>
    query<{ role: string; author: string; outcome: string | null; items: string }>(
      server.databasePath,
      `SELECT role, author_kind AS author, outcome, items FROM messages WHERE session_id = ? ORDER BY position`,
      sessionId,
    );
  await expect.poll(async () => (await read()).map(({ role }) => role)).toEqual(['user', 'assistant']);
  const [user, assistant] = await read();
  expect(user).toMatchObject({ author: 'user' });
  expect(assistant).toMatchObject({ author: 'container', outcome: 'completed' });
  const items = (JSON.parse(assistant?.items ?? '[]') as { type: string }[]).filter(
    ({ type }) => type === 'tool',
  );
  expect(items).toMatchObject([
    { command: answer.command, output: 'made by codex\n', exitCode: 0, status: 'completed' },
    { status: 'completed', diffs: [{ path: expect.stringMatching(/notes\/hello\.txt$/) }] },
  ]);
}
