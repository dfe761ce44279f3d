import { expect, test, type Locator, type Page } from '@playwright/test';
import { ApiClient } from './support/api-client.ts';
import { RunningServer } from './support/running-server.ts';
import { createSession, sessionUi, setUp } from './support/web-ui.ts';

/** Each is a message of the user and one of the shell. */
const promptCount = 64;
const firstPage = 50;

const command = (n: number) => `echo line ${n}; seq 1 ${n % 9}`;

/** A session with a long conversation, not looked at yet. */
class LongConversation implements AsyncDisposable {
  private constructor(
    readonly server: RunningServer,
    readonly id: string,
    private readonly api: ApiClient,
    private readonly page: Page,
  ) {}

  static async open(page: Page): Promise<LongConversation> {
    const server = await RunningServer.start();
    try {
      await setUp(page, server);
      const id = await createSession(page, {
        title: 'Long',
        agent: 'Shell',
        provider: 'This machine, no isolation',
        mode: 'Do everything',
      });
      await page.goto(server.url);
      const api = await ApiClient.of(server, page, 'long');
      const conversation = new LongConversation(server, id, api, page);
      for (let n = 1; n <= promptCount; n += 1) await conversation.say(command(n));
      await page.goto(`${server.url}/sessions/${id}`);
      await expect(conversation.said.last()).toContainText(command(promptCount));
      return conversation;
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  /** Resolves when it was answered. */
  async say(text: string): Promise<void> {
    const { status } = await this.api.ask<{ status: string }>(
      'POST',
      `/sessions/${this.id}/messages?wait=60`,
      { text },
    );
    expect(status).toBe('done');
  }

  get log(): Locator {
    return sessionUi(this.page).getByRole('log');
  }

  get rows(): Locator {
    return this.log.locator('ol > li');
  }

  get said(): Locator {
    return this.rows.filter({ has: this.page.getByRole('heading', { name: 'You' }) });
  }

  row(n: number): Locator {
    return this.said.filter({ has: this.page.getByText(command(n), { exact: true }) });
  }

  get numbers(): Promise<readonly number[]> {
    return this.said
      .allInnerTexts()
      .then((texts) => texts.map((text) => Number(/echo line (\d+);/.exec(text)?.[1])));
  }

  /** As the wheel or a finger would, but for the way there. */
  async scrollTo(top: number): Promise<void> {
    await this.log.evaluate((log, to) => log.scrollTo({ top: to, behavior: 'instant' }), top);
    await this.log.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  scrollTop(): Promise<number> {
    return this.log.evaluate((log) => log.scrollTop);
  }

  /** Where a row stands in the window. */
  async placeOf(row: Locator): Promise<number> {
    const box = await row.boundingBox();
    if (box === null) throw new Error('It is not drawn');
    return box.y;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.dispose();
  }
}

/** Keeps the next request for older messages back. Resolves, once it was made, with what lets it through. */
function holdOlder(page: Page): Promise<() => Promise<void>> {
  return new Promise((asked) => {
    let isHeld = false;
    // It stays, since without any route the browser lets go of what was held.
    void page.route(/\/api\/messages\?before=/, async (route) => {
      if (isHeld) return route.continue();
      isHeld = true;
      asked(() => route.continue());
    });
  });
}

const upTo = (last: number, count: number) => Array.from({ length: count }, (_, n) => last - count + 1 + n);

test('a long conversation opens with its newest messages; older ones come by scrolling and move nothing that is read', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await using conversation = await LongConversation.open(page);
  const { log, rows } = conversation;
  await expect(rows).toHaveCount(firstPage);
  expect(await conversation.numbers).toEqual(upTo(promptCount, firstPage / 2));
  const distance = await log.evaluate(
    (element) => element.scrollHeight - element.scrollTop - element.clientHeight,
  );
  expect(distance).toBeLessThanOrEqual(1);

  const held = holdOlder(page);
  await conversation.scrollTo(120);
  const release = await held;
  await expect(log.getByText('Loading older messages…')).toBeVisible();
  expect(await rows.count()).toBe(firstPage);
  const anchor = conversation.row(promptCount - firstPage / 2 + 2);
  await expect(anchor).toBeInViewport();
  const place = await conversation.placeOf(anchor);
  await release();
  await expect(rows).toHaveCount(2 * firstPage);
  expect(Math.abs((await conversation.placeOf(anchor)) - place)).toBeLessThanOrEqual(1);
  expect(await conversation.scrollTop()).toBeGreaterThan(120);
  expect(await conversation.numbers).toEqual(upTo(promptCount, firstPage));

  // The rest by the wheel, as far up as it goes.
  await log.hover();
  await expect(async () => {
    await page.mouse.wheel(0, -900);
    await expect(conversation.row(1)).toBeInViewport({ timeout: 100 });
  }).toPass({ timeout: 60_000 });
  expect(await conversation.numbers).toEqual(upTo(promptCount, promptCount));
  await expect(rows).toHaveCount(2 * promptCount);
  await expect(log.getByRole('button', { name: 'Load older messages' })).toHaveCount(0);
});

test('who reads far up keeps the place when new messages come, also together with older ones, and over a restart', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await using conversation = await LongConversation.open(page);
  const { server, rows } = conversation;
  const held = holdOlder(page);
  await conversation.scrollTo(150);
  const release = await held;
  const anchor = conversation.row(promptCount - firstPage / 2 + 2);
  const place = await conversation.placeOf(anchor);
  const expectInPlace = async () => {
    expect(Math.abs((await conversation.placeOf(anchor)) - place)).toBeLessThanOrEqual(1);
    await expect(sessionUi(page).getByRole('button', { name: 'Jump to latest' })).toBeVisible();
  };

  await conversation.say('seq 1 30 # new');
  await expect(rows).toHaveCount(firstPage + 2);
  await expectInPlace();

  // What comes while nothing is drawn is drawn together with the older ones.
  await conversation.log.evaluate(() => {
    const drawn: FrameRequestCallback[] = [];
    const { requestAnimationFrame: draw } = window;
    window.requestAnimationFrame = (callback) => drawn.push(callback);
    Object.assign(window, {
      drawAgain: () => {
        window.requestAnimationFrame = draw;
        for (const callback of drawn) draw.call(window, callback);
      },
    });
  });
  await conversation.say('seq 1 40 # newer');
  expect(await rows.count()).toBe(firstPage + 2);
  await release();
  await expect(rows).toHaveCount(2 * firstPage + 4);
  await expectInPlace();
  await conversation.log.evaluate(() => (window as unknown as { drawAgain: () => void }).drawAgain());

  // The page begins with a snapshot of the newest messages then.
  await server.end('SIGKILL');
  await server.start();
  await conversation.say('seq 1 20 # newest');
  await expect(rows).toHaveCount(2 * firstPage + 6, { timeout: 60_000 });
  await expectInPlace();
  await sessionUi(page).getByRole('button', { name: 'Jump to latest' }).click();
  await expect(rows.last().getByText('exit 0')).toBeInViewport();
  await conversation.scrollTo(0);
  await expect(conversation.row(1)).toBeAttached();
  expect((await conversation.numbers).slice(0, promptCount)).toEqual(upTo(promptCount, promptCount));
  expect(await rows.count()).toBe(2 * promptCount + 6);
});
