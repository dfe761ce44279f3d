// From the press of «Create session» to a page that says READY and a container that is connected, in a real Chromium.
import { launchBrowser, openPage, pressCreate } from './start/press.mjs';
import { toStepsNote } from './support/container-steps.mjs';
import { figure, median, spread } from './support/figures.mjs';
import { buildImage, image, imageBytes } from './support/image.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 20);
/** The first ones find nothing in memory. */
const warmUps = 2;
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
  const browser = await launchBrowser();
  const notes = [];
  const figures = [];
  try {
    for (const name of wanted) {
      if (name === 'docker') {
        buildImage();
        figures.push(figure('docker: image of the sessions, with all agents', imageBytes() / 1e6, 'MB'));
      }
      const runs = await measure(browser, providers[name]);
      figures.push(...toFigures(name, runs, providers[name].aims));
      notes.push(
        toStepsNote(
          name,
          runs.map(({ steps }) => steps),
        ),
      );
    }
  } finally {
    await browser.close();
  }
  return { n: `${rounds} sessions per provider, one after the other, each deleted again`, figures, notes };
}

async function measure(browser, { label, env }) {
  const product = await Product.start({ env: { WEB_MODE: 'embed', ...env } });
  const page = await openPage(browser, product);
  try {
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
      const moments = await pressCreate(page, product.origin, [/^Shell/, label, /^Do everything/]);
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
    await page.context().close();
    await product.stop();
  }
}

function toFigures(name, runs, aims) {
  const both = runs.map(({ ready, connected }) => Math.max(ready, connected));
  return [
    ...spread(`${name}: press → page READY and container connected`, both, 'ms', aims),
    figure(`${name}: press → page READY, p50`, median(runs.map(({ ready }) => ready)), 'ms'),
    figure(`${name}: press → container connected, p50`, median(runs.map(({ connected }) => connected)), 'ms'),
  ].filter((line) => !line.name.endsWith('p99'));
}
