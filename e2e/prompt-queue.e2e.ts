import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { query } from './support/chat-database.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, send, sessionUi, setUp } from './support/web-ui.ts';

/** Appends to the file, so that it says what ran in which order. */
const run = (word: string) => `echo ${word} >> ran.txt`;

/** A server, a session whose shell sleeps, and two pages that show it. */
class QueueScene implements AsyncDisposable {
  private constructor(
    readonly server: RunningServer,
    readonly id: string,
    readonly page: Page,
    readonly other: Page,
  ) {}

  static async open(page: Page): Promise<QueueScene> {
    const server = await RunningServer.start();
    try {
      await setUp(page, server);
      const id = await createSession(page, {
        title: 'Queue',
        agent: 'Shell',
        provider: 'This machine, no isolation',
        mode: 'Do everything',
      });
      await send(page, 'echo begun; sleep 600');
      const other = await page.context().newPage();
      await other.goto(page.url());
      for (const one of [page, other])
        await expect(sessionUi(one).getByLabel('Output')).toHaveText('begun', { timeout: 60_000 });
      return new QueueScene(server, id, page, other);
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  get pages(): readonly Page[] {
    return [this.page, this.other];
  }

  get ran(): readonly string[] {
    const file = path.join(this.server.folder, 'workspaces', this.id, 'workspace', 'ran.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  async queue(...words: readonly string[]): Promise<void> {
    for (const [index, word] of words.entries()) {
      await send(this.page, run(word));
      await expect(rows(this.page)).toHaveCount(index + 1);
    }
    await this.expectQueue(...words);
  }

  /** On both pages, and in the database. */
  async expectQueue(...words: readonly string[]): Promise<void> {
    const texts = words.map(run);
    for (const page of this.pages) await expect(rows(page)).toHaveText(texts);
    const stored = await query<{ text: string }>(
      this.server.databasePath,
      `SELECT text FROM prompts WHERE session_id = ? AND status = 'queued' ORDER BY place`,
      this.id,
    );
    expect(stored.map(({ text }) => text)).toEqual(texts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.dispose();
  }
}

function rows(page: Page): Locator {
  return sessionUi(page).getByRole('region', { name: 'Queue' }).getByRole('listitem');
}

function button(page: Page, word: string, name: string): Locator {
  return rows(page)
    .filter({ hasText: run(word) })
    .getByRole('button', { name, exact: true });
}

function editField(page: Page): Locator {
  return sessionUi(page).getByRole('textbox', { name: 'Text of the waiting prompt' });
}

test('prompts that wait are changed in two pages at once, survive a reload, and run in the order that is shown', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await using scene = await QueueScene.open(page);
  const { other } = scene;
  await scene.queue('a', 'b', 'c', 'd');

  await button(other, 'b', 'Edit').click();
  await expect(editField(other)).toBeFocused();
  await editField(other).fill(run('B'));
  await sessionUi(other).getByRole('button', { name: 'Save', exact: true }).click();
  await scene.expectQueue('a', 'B', 'c', 'd');

  await button(page, 'd', 'Move up').click();
  await scene.expectQueue('a', 'B', 'd', 'c');
  await button(other, 'a', 'Move down').click();
  await scene.expectQueue('B', 'a', 'd', 'c');
  await button(page, 'd', 'Remove from the queue').click();
  await scene.expectQueue('B', 'a', 'c');

  const composer = (one: Page) => sessionUi(one).getByRole('textbox', { name: 'Message' });
  await composer(page).fill('half a thou');
  await page.reload();
  await expect(rows(page)).toHaveCount(3, { timeout: 60_000 });
  await scene.expectQueue('B', 'a', 'c');
  await expect(composer(page)).toHaveValue('half a thou');
  await expect(composer(other)).toHaveValue('');

  expect(scene.ran).toEqual([]);
  await button(other, 'c', 'Stop and send now').click();
  for (const one of scene.pages) {
    const said = sessionUi(one)
      .getByRole('listitem')
      .filter({ has: one.getByRole('heading', { name: 'You' }) });
    await expect(said).toHaveText(
      [/sleep 600$/, ...['c', 'B', 'a'].map((word) => new RegExp(`${run(word)}$`))],
      {
        timeout: 60_000,
      },
    );
    await expect(sessionUi(one).getByText('exit 0')).toHaveCount(3);
    await expect(rows(one)).toHaveCount(0);
  }
  expect(scene.ran).toEqual(['c', 'B', 'a']);
});

test('the queue is changed by the keyboard alone, which stays where it was', async ({ page }) => {
  test.setTimeout(180_000);
  await using scene = await QueueScene.open(page);
  await scene.queue('a', 'b', 'c');
  const { keyboard } = page;

  await button(page, 'a', 'Move down').focus();
  await keyboard.press('Enter');
  await scene.expectQueue('b', 'a', 'c');
  await expect(button(page, 'a', 'Move down')).toBeFocused();
  await keyboard.press('Space');
  await scene.expectQueue('b', 'c', 'a');
  // There is nowhere further down; who wants up again is one key away.
  await expect(button(page, 'a', 'Move down')).toBeFocused();
  await expect(button(page, 'a', 'Move down')).toBeDisabled();
  await keyboard.press('Enter');
  await keyboard.press('Shift+Tab');
  await expect(button(page, 'a', 'Move up')).toBeFocused();
  await keyboard.press('Enter');
  await scene.expectQueue('b', 'a', 'c');

  await button(page, 'a', 'Edit').press('Enter');
  await expect(editField(page)).toBeFocused();
  await keyboard.type('x');
  await keyboard.press('Escape');
  await expect(button(page, 'a', 'Edit')).toBeFocused();
  await scene.expectQueue('b', 'a', 'c');
  await keyboard.press('Enter');
  await keyboard.press('Home');
  await keyboard.type('true && ');
  await keyboard.press('Enter');
  await expect(button(page, 'a', 'Edit')).toBeFocused();
  for (const one of scene.pages)
    await expect(rows(one)).toHaveText([run('b'), `true && ${run('a')}`, run('c')]);

  await button(page, 'a', 'Remove from the queue').press('Enter');
  await scene.expectQueue('b', 'c');
  await expect(button(page, 'c', 'Remove from the queue')).toBeFocused();
  await keyboard.press('Enter');
  await scene.expectQueue('b');
  await expect(button(page, 'b', 'Remove from the queue')).toBeFocused();
  await keyboard.press('Enter');
  await scene.expectQueue();
  await expect(sessionUi(page).getByRole('textbox', { name: 'Message' })).toBeFocused();
});

test('what is written into a waiting prompt is not lost to somebody else’s change, nor to its length', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await using scene = await QueueScene.open(page);
  const { other } = scene;
  await scene.queue('a', 'b');

  await button(page, 'a', 'Edit').click();
  await editField(page).fill(run('mine'));
  await button(other, 'a', 'Edit').click();
  await editField(other).fill(run('theirs'));
  await editField(other).press('Enter');
  await expect(rows(other)).toHaveText([run('theirs'), run('b')]);
  await editField(page).press('Enter');
  const told = rows(page).getByRole('alert');
  await expect(told).toHaveText(
    `Somebody changed this prompt meanwhile. Look at it and try again. It says now: ${run('theirs')}`,
  );
  await expect(editField(page)).toHaveValue(run('mine'));
  await expect(rows(other)).toHaveText([run('theirs'), run('b')]);
  await editField(page).press('Enter');
  await scene.expectQueue('mine', 'b');

  // Longer than a frame of the socket may be.
  const long = `${run('b')} # ${'x'.repeat(80_000)}`;
  await button(other, 'b', 'Edit').click();
  await editField(other).fill(long);
  await editField(other).press('Enter');
  await expect(editField(other)).toHaveCount(0);
  for (const one of scene.pages) await expect(rows(one).last()).toHaveText(long);
});
