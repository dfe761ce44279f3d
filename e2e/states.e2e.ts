import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startScriptedModel } from '@codex-webapp/scripted-model';
import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { states } from './states/index.ts';
import { phases, type Stage, type State, type ViewportName } from './states/state.ts';
import { ApiClient } from './support/api-client.ts';
import { bridgeGateway } from './support/docker-engine.ts';
import { DemoSessions } from './support/demo-sessions.ts';
import { requireCodex } from './support/requirements.ts';
import { scriptedAgents } from './support/scripted-agents.ts';
import { RunningServer } from './support/running-server.ts';
import { SimulatedDokploy } from './support/simulated-dokploy.ts';
import { logIn, sessionUi, setUp } from './support/web-ui.ts';

const isFull = process.env.TEST_FULL === '1';
/** `STATES='drawer;login'` shows those alone. */
const chosen = process.env.STATES?.split(';');
/** STATES_PROVIDER=docker shows sessions as most people have them; without an engine processes look much the same. */
const provider = process.env.STATES_PROVIDER === 'docker' ? 'docker' : 'process';
const folder = fileURLToPath(new URL('../test-results/states/', import.meta.url));
const themes = ['light', 'dark'] as const;

const viewports = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
} as const satisfies Record<ViewportName, unknown>;

const viewportNames = ['desktop', 'phone'] as const;

/** Two windows of one width: one where the admin is logged in, one where nobody is. */
interface Windows {
  readonly known: Page;
  readonly anonymous: Page;
}

/** Every page and state of the app, from the app itself, in both widths and both themes. */
test('every state shows what it is for', async ({ browser }) => {
  requireCodex();
  test.setTimeout(isFull ? 1_800_000 : 900_000);
  await mkdir(folder, { recursive: true });
  await using model = await startScriptedModel(provider === 'docker' ? { host: await bridgeGateway() } : {});
  const server = await RunningServer.start({ environment: scriptedAgents(provider, model) });
  await using dokploy = new SimulatedDokploy(server);
  const broken: string[] = [];
  const shot: State[] = [];
  try {
    const windows = {
      desktop: await openWindows(browser, 'desktop'),
      phone: await openWindows(browser, 'phone'),
    };
    const system: { sessions?: DemoSessions; api?: ApiClient } = {};
    for (const phase of phases) {
      const due = states.filter((state) => state.phase === phase && isChosen(state));
      await enterPhase(phase, { server, windows, system });
      for (const state of due) {
        for (const viewport of viewportNames) {
          if (state.only !== undefined && state.only !== viewport) continue;
          const page = windows[viewport][state.isAnonymous ? 'anonymous' : 'known'];
          const { sessions, api } = system as { sessions: DemoSessions; api: ApiClient };
          const problem = await shoot(state, { viewport, page, server, dokploy, sessions, api });
          if (problem !== null) broken.push(problem);
        }
        shot.push(state);
      }
    }
    if (isFull || chosen) for (const theme of themes) await drawContactSheet(browser, shot, theme);
  } finally {
    await server.dispose();
  }
  expect(broken).toEqual([]);
});

function isChosen(state: State): boolean {
  if (chosen !== undefined) return chosen.includes(state.name);
  return isFull || state.isInSlice === true;
}

interface System {
  readonly server: RunningServer;
  readonly windows: Readonly<Record<ViewportName, Windows>>;
  readonly system: { sessions?: DemoSessions; api?: ApiClient };
}

async function enterPhase(phase: State['phase'], { server, windows, system }: System): Promise<void> {
  switch (phase) {
    case 'before-setup':
      return;
    case 'no-sessions':
      await setUp(windows.desktop.known, server);
      await logIn(windows.phone.known, server);
      return;
    case 'sessions':
      system.api = await ApiClient.of(server, windows.desktop.known, 'Deploy script');
      system.sessions = new DemoSessions(system.api, provider);
      await system.api.ask('GET', '/sessions');
      return;
    case 'server-gone': {
      if (!states.some((state) => state.phase === phase && isChosen(state))) return;
      const { id } = (await system.sessions?.get('shell')) ?? { id: '' };
      for (const { known } of Object.values(windows)) {
        await known.goto(`${server.url}/sessions/${id}`);
        await expect(sessionUi(known).getByText('exit 0').last()).toBeVisible();
      }
      return server.end('SIGTERM');
    }
    default:
      phase satisfies never;
  }
}

async function openWindows(browser: Browser, viewport: ViewportName): Promise<Windows> {
  const open = async (): Promise<Page> => {
    const context: BrowserContext = await browser.newContext({
      ...viewports[viewport],
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    return context.newPage();
  };
  return { known: await open(), anonymous: await open() };
}

/** Null when it shows what it is for, in both themes. */
async function shoot(state: State, stage: Stage): Promise<string | null> {
  const { page, viewport } = stage;
  try {
    await page.emulateMedia({ colorScheme: 'light' });
    await state.open(stage);
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      const shown = [state.shows(page)].flat();
      for (const element of shown) await expect(element).toBeVisible({ timeout: 30_000 });
      await expectTheme(page, theme);
      await expectNothingSticksOut(page);
      await page.waitForTimeout(150);
      await page.screenshot({ path: fileOf(state, viewport, theme), animations: 'disabled' });
    }
    return null;
  } catch (error) {
    await page.screenshot({ path: fileOf(state, viewport, 'broken') }).catch(() => undefined);
    return `${state.name}, ${viewport}: ${String(error).split('\n').slice(0, 6).join(' ')}`;
  }
}

/** Light text means a dark page, in the page and in what it frames. */
async function expectTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  for (const frame of page.frames()) {
    await expect
      .poll(() =>
        frame.evaluate(() => {
          const canvas = document.createElement('canvas').getContext('2d');
          if (canvas === null) return null;
          // Whatever notation the colour is in, a pixel of it has numbers.
          canvas.fillStyle = getComputedStyle(document.body).color;
          canvas.fillRect(0, 0, 1, 1);
          return (canvas.getImageData(0, 0, 1, 1).data[0] ?? 0) > 127 ? 'dark' : 'light';
        }),
      )
      .toBe(theme);
  }
}

/** A page that scrolls sideways has lost something over its edge. */
async function expectNothingSticksOut(page: Page): Promise<void> {
  for (const frame of page.frames()) {
    const sideways = await frame
      .evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      .catch(() => 0);
    expect(sideways, `sideways scroll of ${new URL(frame.url()).pathname}`).toBeLessThanOrEqual(0);
  }
}

function fileOf(state: State, viewport: ViewportName, theme: string): string {
  const name = state.name.replaceAll(/[^a-z]+/g, '-');
  return path.join(folder, `${name}.${viewport}.${theme}.png`);
}

/** One picture of everything, to be looked at. */
async function drawContactSheet(
  browser: Browser,
  shown: readonly State[],
  theme: (typeof themes)[number],
): Promise<void> {
  const cells = await Promise.all(shown.map((state) => toCell(state, theme)));
  const isDark = theme === 'dark';
  const html = `<!doctype html><meta charset="utf-8"><style>
    body { margin: 24px; display: grid; grid-template-columns: repeat(5, max-content); gap: 22px;
      font: 13px system-ui, sans-serif; color: ${isDark ? '#ddd' : '#222'}; background: ${isDark ? '#000' : '#d8dade'}; }
    figure { margin: 0; } figcaption { margin-bottom: 6px; font-weight: 600; }
    div { display: flex; gap: 6px; align-items: flex-start; } img { height: 250px; border-radius: 4px; }
  </style>${cells.join('')}`;
  const file = path.join(folder, `contact-sheet.${theme}.html`);
  await writeFile(file, html);
  const page = await browser.newPage({ viewport: { width: 2_800, height: 1_000 } });
  await page.goto(`file://${file}`);
  await page.screenshot({ path: path.join(folder, `contact-sheet.${theme}.png`), fullPage: true });
  await page.close();
}

async function toCell(state: State, theme: string): Promise<string> {
  const images = await Promise.all(
    viewportNames
      .filter((viewport) => state.only === undefined || state.only === viewport)
      .map(async (viewport) => {
        const bytes = await readFile(fileOf(state, viewport, theme)).catch(() => null);
        return bytes === null
          ? '<p>broken</p>'
          : `<img src="data:image/png;base64,${bytes.toString('base64')}">`;
      }),
  );
  return `<figure><figcaption>${state.name}</figcaption><div>${images.join('')}</div></figure>`;
}
