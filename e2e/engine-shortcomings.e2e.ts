import { expect, test, type Browser, type Page } from '@playwright/test';
import { LimitedEngine } from './support/limited-engine.ts';
import { RunningServer } from './support/running-server.ts';
import { logIn, setUp } from './support/web-ui.ts';

const widths = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

test('what the engine cannot do is said where a session is made', async ({ browser }) => {
  await using engine = await LimitedEngine.start();
  const environment = { ...engine.environment, CONTAINER_PROVIDER: 'auto' };
  const server = await RunningServer.start({ environment });
  const [desktop, phone] = [await open(browser, 'desktop'), await open(browser, 'phone')];
  try {
    await setUp(desktop, server);
    await logIn(phone, server);
    for (const [name, page] of Object.entries({ desktop, phone })) {
      const docker = await openChoice(page, server);
      for (const sentence of [
        'Swap is not limited: a session may use some beyond its memory.',
        'Volumes have no size here: a watch stops a session that holds more (20,480 MB, looked at about every 60 s).',
        'User namespaces are off: who breaks out of a container is not held back by them.',
        'runc 1.1.15: ways out of it are known before 1.2.8, unless your distribution mended them.',
        'live-restore is off: a restart of Docker ends all sessions.',
        'The machine has less memory than one large session may use.',
      ])
        await expect(docker.getByText(sentence, { exact: true })).toBeVisible();
      await expect(docker.getByText('Isolated', { exact: true })).toBeVisible();
      await expect(docker.getByRole('radio')).toBeChecked();
      await shoot(page, `limited-engine.${name}`);
    }

    // What is gravest alone, and nobody can choose it. The server looks at an engine anew when it starts.
    engine.limitsProcesses = false;
    await server.end('SIGTERM');
    await server.start();
    for (const [name, page] of Object.entries({ desktop, phone })) {
      const docker = await openChoice(page, server);
      await expect(
        docker.getByText('The engine cannot limit processes: one session could take the machine down.', {
          exact: true,
        }),
      ).toBeVisible();
      await expect(docker.getByText('Not available')).toBeVisible();
      await expect(docker.getByRole('radio')).toBeDisabled();
      await expect(page.getByRole('radio', { name: /^This machine/ })).toBeChecked();
      await shoot(page, `unfit-engine.${name}`);
    }
  } finally {
    for (const page of [desktop, phone]) await page.context().close();
    await server.dispose();
  }
});

async function open(browser: Browser, width: keyof typeof widths): Promise<Page> {
  return (await browser.newContext({ ...widths[width], reducedMotion: 'reduce' })).newPage();
}

/** The card of Docker among what a new session may run in. */
async function openChoice(page: Page, server: RunningServer) {
  await page.goto(server.url);
  await page
    .getByRole('button', { name: /New session/ })
    .first()
    .click();
  const card = page.getByRole('dialog').locator('label', {
    has: page.getByRole('radio', { name: /^Docker/ }),
  });
  // Not below what sticks to the end of the dialog.
  await card.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return card;
}

async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways, 'sideways scroll').toBeLessThanOrEqual(0);
    await page.screenshot({
      path: test.info().outputPath(`${name}.${colorScheme}.png`),
      animations: 'disabled',
    });
  }
}
