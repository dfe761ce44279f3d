import { defineConfig } from '@playwright/test';

/** Playwright's own list but for ThirdPartyStoragePartitioning, without which a frame of another site has no storage. The last one counts. */
const disabledFeatures = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'MediaRouter',
  'PaintHolding',
  'OptimizationHints',
  'Translate',
];

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 120_000,
  // Generous, since two cores run the server, its sessions and the browser at once.
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [
    ['list'],
    ['html', { outputFolder: '../playwright-report', open: 'never' }],
    // `npm test` counts what this one writes into PLAYWRIGHT_JSON_OUTPUT_FILE; without it the report would go to the terminal.
    ...(process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [['json'] as const] : []),
  ],
  use: {
    headless: true,
    // What is not there to be pressed would otherwise be waited for until the whole test is cut.
    actionTimeout: 60_000,
    trace: 'retain-on-failure',
    launchOptions: {
      // A distribution's Chromium (CHROMIUM_PATH=/usr/bin/chromium) works as well as Playwright's own download.
      executablePath: process.env.CHROMIUM_PATH,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        `--disable-features=${disabledFeatures.join(',')}`,
        '--disable-quic',
        '--no-first-run',
        // A name the server was not told about.
        '--host-resolver-rules=MAP chat.example 127.0.0.1',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
