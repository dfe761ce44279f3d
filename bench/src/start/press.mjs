// «Create session», pressed in a real Chromium.
import { chromium } from '@playwright/test';
import { findChromium } from '../../../scripts/setup/chromium.mjs';

export function launchBrowser() {
  const executablePath = findChromium() ?? undefined;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page that is logged in, and notes when it is pressed and when the session's page says READY. */
export async function openPage(browser, product) {
  const context = await browser.newContext();
  await context.addCookies(product.cookies);
  await context.addInitScript(noteMoments);
  return context.newPage();
}

/** Resolves with the moments of one press, and the session's id. `choose` names options of the dialog by their labels. */
export async function pressCreate(page, origin, choose) {
  await page.goto(origin);
  await page
    .getByRole('button', { name: /New session/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  for (const choice of choose) {
    await dialog.locator('label', { has: page.getByRole('radio', { name: choice }) }).click();
  }
  await dialog.getByRole('button', { name: 'Create session' }).click();
  await page.waitForFunction(() => globalThis.readyAt !== undefined, null, { polling: 20, timeout: 60_000 });
  const moments = await page.evaluate(() => ({
    pressedAt: globalThis.pressedAt,
    readyAt: globalThis.readyAt,
    answeredAt: globalThis.answeredAt(),
  }));
  return { ...moments, id: page.url().split('/').at(-1) };
}

/** Runs in every frame before its scripts. */
function noteMoments() {
  const now = () => performance.timeOrigin + performance.now();
  addEventListener(
    'click',
    (event) => {
      if (event.target?.closest?.('button')?.textContent?.includes('Create session'))
        globalThis.pressedAt = now();
    },
    true,
  );
  globalThis.answeredAt = () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname === '/api/sessions')
      .map(({ startTime, responseEnd }) => ({
        from: performance.timeOrigin + startTime,
        to: performance.timeOrigin + responseEnd,
      }))
      .find(({ from }) => from >= globalThis.pressedAt)?.to ?? null;
  addEventListener('message', ({ data }) => {
    if (data?.type === 'READY') globalThis.readyAt ??= now();
  });
}
