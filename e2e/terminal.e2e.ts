import { expect, test, type FrameLocator, type Locator, type Page } from '@playwright/test';
import { RunningServer } from './support/running-server.ts';
import { createSession, sessionUi, setUp } from './support/web-ui.ts';

/** The session's terminal, used as people use it. */
test('a terminal works in the page, and its screen outlives the page and the server', async ({ page }) => {
  test.setTimeout(240_000);
  const server = await RunningServer.start();
  try {
    const problems = watchForProblems(page);
    const typed = watchTyping(page);
    await setUp(page, server);
    const id = await createSession(page, {
      title: 'A shell',
      agent: 'Shell',
      provider: 'This machine, no isolation',
      mode: 'Do everything',
    });
    await test.step('opens a shell by itself, with the focus in it', async () => {
      await openTerminal(page);
      await expect(input(page)).toBeFocused({ timeout: 30_000 });
    });

    await test.step('shows what is typed and what comes', async () => {
      await typeLine(page, 'echo $((40+2))-žluť');
      await expect(rows(page)).toContainText('42-žluť');
    });

    await test.step('shows colours, also those that are no class', async () => {
      await typeLine(page, `clear; printf '\\e[38;2;200;30;30mtrue\\e[0m \\e[32mgreen\\e[0m\\n'`);
      const [red = 0, green0 = 0] =
        /(\d+), (\d+)/
          .exec(await colorOf(rows(page).getByText('true', { exact: true })))
          ?.slice(1)
          .map(Number) ?? [];
      expect(red - green0).toBeGreaterThan(80);
      const [plain, green] = await Promise.all([
        colorOf(rows(page).locator('div').last()),
        colorOf(rows(page).getByText('green', { exact: true })),
      ]);
      expect(green).not.toBe(plain);
    });

    await test.step('follows the size of the panel', async () => {
      const before = await sizeOf(page);
      await page.setViewportSize({ width: 1500, height: 900 });
      await expect.poll(async () => (await sizeOf(page))[1]).toBeGreaterThan(before[1] ?? 0);
    });

    await test.step('lets what a file holds type nothing and change nothing', async () => {
      const asks = [
        '\\e[c',
        '\\e[>c',
        '\\e[6n',
        '\\e[?6n',
        '\\eP$qm\\e\\\\',
        '\\e]11;?\\a',
        '\\e]52;c;eA==\\a',
        '\\e[21t',
        '\\e[>q',
      ];
      const before = typed().length;
      await typeLine(page, `clear; printf '${asks.join('')}\\e]0;a title\\a'; echo asked-$((1+1))`);
      await expect(rows(page)).toContainText('asked-2');
      await page.waitForTimeout(500);
      const sent = typed().slice(before);
      expect(sent.join('')).toContain('asked-');
      expect(sent.filter((data) => data.includes('u001b') || data.includes('\u001b'))).toEqual([]);
      await expect(page).not.toHaveTitle(/a title/);
    });

    await test.step('takes a flood and stays in hand', async () => {
      await typeLine(page, 'clear; head -c 10000000 /dev/zero | tr "\\0" x | fold -w 79; echo end-$((1+1))');
      await expect(rows(page)).toContainText('end-2', { timeout: 90_000 });
    });

    await test.step('is left by the keyboard, and has a second one beside it', async () => {
      await page.keyboard.press('Shift+Escape');
      await expect(ui(page).getByRole('button', { name: 'Terminal 1', exact: true })).toBeFocused();
      await ui(page).getByRole('button', { name: 'New terminal' }).click();
      await typeLine(page, 'echo second-$((1+1))');
      await expect(rows(page)).toContainText('second-2');
      await ui(page).getByRole('button', { name: 'Terminal 1', exact: true }).click();
      await expect(rows(page)).toContainText('end-2');
    });

    await test.step('is back as it was when the page is', async () => {
      await typeLine(page, 'clear; echo before-$((1+1)); exec cat');
      await expect(rows(page)).toContainText('before-2');
      await page.goto(`${server.url}/sessions/${id}`);
      await openTerminal(page);
      await expect(rows(page)).toContainText('before-2');
    });

    await test.step('comes back by itself when the server does', async () => {
      await server.end('SIGKILL');
      await expect(ui(page).getByText('Not connected.')).toBeVisible();
      await server.start();
      await expect(ui(page).getByText('Not connected.')).toBeHidden({ timeout: 60_000 });
      await expect(rows(page)).toContainText('before-2');
      await typeLine(page, 'after');
      await expect(rows(page)).toContainText(/after\s*after/);
    });

    await test.step('is gone when its shell is', async () => {
      await page.keyboard.press('Control+D');
      await expect(ui(page).getByRole('button', { name: 'Terminal 1', exact: true })).toBeHidden();
    });
    expect(problems.filter((problem) => /Content Security|Refused to/i.test(problem))).toEqual([]);
  } finally {
    await server.dispose();
  }
});

function ui(page: Page): FrameLocator {
  return sessionUi(page);
}

async function openTerminal(page: Page): Promise<void> {
  await ui(page).getByRole('button', { name: 'Show terminal' }).click();
  await expect(rows(page)).toContainText(/\S/, { timeout: 30_000 });
}

function input(page: Page): Locator {
  return ui(page).getByRole('textbox', { name: /^Terminal \d/ });
}

function rows(page: Page): Locator {
  return ui(page).locator('.xterm-rows');
}

async function typeLine(page: Page, line: string): Promise<void> {
  await input(page).focus();
  await page.keyboard.insertText(line);
  await page.keyboard.press('Enter');
}

async function sizeOf(page: Page): Promise<readonly number[]> {
  await typeLine(page, 'clear; stty size');
  await expect(rows(page)).toContainText(/\d+ \d+/);
  const [, size = ''] = /(\d+ \d+)/.exec((await rows(page).textContent()) ?? '') ?? [];
  return size.split(' ').map(Number);
}

function colorOf(element: Locator): Promise<string> {
  return element.evaluate((node) => getComputedStyle(node).color);
}

function watchForProblems(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${JSON.stringify(message.location())}`);
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return problems;
}

/** What the page has sent to a terminal since. */
function watchTyping(page: Page): () => readonly string[] {
  const typed: string[] = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => typed.push(String(payload))));
  return () => typed;
}
