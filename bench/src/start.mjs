// From the press of «Create session» to a page that says READY and a container that is connected, in a real Chromium.
import { execFileSync } from 'node:child_process';
import { chromium } from '@playwright/test';
import { findChromium } from '../../scripts/setup/chromium.mjs';
import { figure, median, spread } from './support/figures.mjs';
import { root } from './support/paths.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 20);
/** The first ones find nothing in memory. */
const warmUps = 2;
const image = process.env.BENCH_IMAGE ?? 'codex-webapp-bench';
const providers = {
  process: { label: /^This machine/, env: { CONTAINER_PROVIDER: 'process' }, aims: {} },
  docker: {
    label: /^Docker/,
    env: { CONTAINER_PROVIDER: 'docker', CONTAINER_IMAGE: image },
    aims: { p50: { max: 1_500 }, p95: { max: 3_000 } },
  },
};
const wanted = (process.env.BENCH_PROVIDERS ?? 'process,docker').split(',');

export async function run() {
  const executablePath = findChromium() ?? undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const notes = [];
  const figures = [];
  try {
    for (const name of wanted) {
      if (name === 'docker') buildImage();
      const runs = await measure(browser, providers[name]);
      figures.push(...toFigures(name, runs, providers[name].aims));
      notes.push(toNote(name, runs));
    }
  } finally {
    await browser.close();
  }
  return { n: `${rounds} sessions per provider, one after the other, each deleted again`, figures, notes };
}

function buildImage() {
  if (process.env.BENCH_IMAGE !== undefined) return;
  execFileSync('docker', ['build', '-q', '-f', 'container-agent/Dockerfile', '-t', image, '.'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function measure(browser, { label, env }) {
  const product = await Product.start({ env: { WEB_MODE: 'embed', ...env } });
  const context = await browser.newContext();
  try {
    await context.addCookies(product.cookies);
    await context.addInitScript(noteMoments);
    const page = await context.newPage();
    const runningAt = new Map();
    const containers = new Map();
    const socket = await product.followSessions((frame, at) => {
      if (frame.type !== 'container.changed') return;
      const { container } = frame;
      if (container.status === 'error') containers.set(container.sessionId, container);
      if (container.status !== 'running' || runningAt.has(container.sessionId)) return;
      runningAt.set(container.sessionId, at);
      containers.set(container.sessionId, container);
    });
    const runs = [];
    for (let round = -warmUps; round < rounds; round += 1) {
      const moments = await pressCreate(page, product.origin, label);
      await waitFor('the container', () => {
        const failed = containers.get(moments.id)?.status === 'error';
        if (failed) throw new Error(`The container failed: ${containers.get(moments.id).reason}`);
        return runningAt.has(moments.id);
      });
      const connected = runningAt.get(moments.id) - moments.pressedAt;
      const ready = moments.readyAt - moments.pressedAt;
      if (round >= 0) runs.push({ ready, connected, steps: containers.get(moments.id).steps });
      await product.api('DELETE', `/api/sessions/${moments.id}`);
    }
    socket.close();
    return runs;
  } finally {
    await context.close();
    await product.stop();
  }
}

async function pressCreate(page, origin, label) {
  await page.goto(origin);
  await page
    .getByRole('button', { name: /New session/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  for (const choice of [/^Shell/, label, /^Do everything/]) {
    await dialog.locator('label', { has: page.getByRole('radio', { name: choice }) }).click();
  }
  await dialog.getByRole('button', { name: 'Create session' }).click();
  await page.waitForFunction(() => globalThis.readyAt !== undefined, null, { polling: 20, timeout: 60_000 });
  const moments = await page.evaluate(() => ({
    pressedAt: globalThis.pressedAt,
    readyAt: globalThis.readyAt,
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
  addEventListener('message', ({ data }) => {
    if (data?.type === 'READY') globalThis.readyAt ??= now();
  });
}

function toFigures(name, runs, aims) {
  const both = runs.map(({ ready, connected }) => Math.max(ready, connected));
  return [
    ...spread(`${name}: press → page READY and container connected`, both, 'ms', aims),
    figure(`${name}: press → page READY, p50`, median(runs.map(({ ready }) => ready)), 'ms'),
    figure(`${name}: press → container connected, p50`, median(runs.map(({ connected }) => connected)), 'ms'),
  ].filter((line) => !line.name.endsWith('p99'));
}

function toNote(name, runs) {
  const names = runs[0].steps.map((step) => step.name);
  const times = names.map((step) => {
    const tookMs = runs.map(({ steps }) => steps.find((one) => one.name === step)?.tookMs ?? 0);
    return `${step} ${Math.round(median(tookMs))} ms`;
  });
  return `Where the time goes with ${name}, p50 of each step as main-server tells it: ${times.join(', ')}.`;
}
