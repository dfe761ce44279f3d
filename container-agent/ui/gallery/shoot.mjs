// Takes a picture of every state: node gallery/shoot.mjs <url of the vite server> <folder> [state,state]
import { mkdir } from 'node:fs/promises';
import { chromium } from '@playwright/test';

const [url = 'http://localhost:3600', folder = '/tmp/shots', only] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
await mkdir(folder, { recursive: true });
const views = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  {
    name: 'phone',
    viewport: { width: 390, height: 780 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  },
];
for (const { name, ...device } of views) {
  const context = await browser.newContext({ ...device, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${url}/gallery.html?state=none`);
  const states =
    only?.split(',') ?? (await page.textContent('body')).replace('States: ', '').trim().split(', ');
  for (const state of states) {
    for (const theme of ['light', 'dark']) {
      await page.goto(`${url}/gallery.html?state=${state}&theme=${theme}`);
      await page.waitForSelector('[data-composer]');
      if (state.startsWith('file')) {
        await page
          .locator('button:visible', { hasText: 'Files' })
          .or(page.getByLabel('Show files'))
          .first()
          .click();
        if (state === 'file') await page.getByText('token.ts').click();
        if (state === 'file') await page.locator('aside textarea').fill('const changed = true;\n');
        if (state === 'file') await page.getByRole('button', { name: 'Save' }).click();
      }
      await page.waitForTimeout(350);
      await page.screenshot({ path: `${folder}/${state}-${name}-${theme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) problems.push(`${state} ${name}: ${overflow}px wider than the page`);
    }
  }
  if (problems.length > 0) process.stdout.write(`${name}:\n${[...new Set(problems)].join('\n')}\n`);
  await context.close();
}
await browser.close();
