// From the press of «Create session» to a page that says READY, with sessions that wait to be claimed.
import { launchBrowser, openPage, pressCreate } from './start/press.mjs';
import { figure, median, spread } from './support/figures.mjs';
import { buildImage, image } from './support/image.mjs';
import { Product } from './support/product.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 20);
const poolSize = 2;
/** The first ones find nothing in memory. */
const warmUps = 2;
const providers = {
  process: { label: /^This machine/, env: { CONTAINER_PROVIDER: 'process' }, aims: {} },
  docker: {
    label: /^Docker/,
    env: { CONTAINER_PROVIDER: 'docker', CONTAINER_IMAGE: image },
    aims: { p95: { max: 1_000 } },
  },
};
const wanted = (process.env.BENCH_PROVIDERS ?? 'process,docker').split(',');

export async function run() {
  const browser = await launchBrowser();
  const figures = [];
  const notes = [];
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
  const n = `${rounds} sessions per provider, one after the other, each deleted again; ${poolSize} waited at each press`;
  return { n, figures, notes };
}

async function measure(browser, { label, env }) {
  const product = await Product.start({
    env: { WEB_MODE: 'embed', CONTAINER_POOL_SIZE: String(poolSize), ...env },
  });
  const page = await openPage(browser, product);
  try {
    const runs = [];
    for (let round = -warmUps; round < rounds; round += 1) {
      await product.whenPooled(poolSize);
      const moments = await pressCreate(page, product.origin, [/^Shell/, label, /^Do everything/]);
      const { isConnected, steps } = await product.api('GET', `/api/sessions/${moments.id}/container/status`);
      // One that was claimed has no steps of its own.
      if (!isConnected || steps.length > 0) throw new Error('The session did not come from the pool.');
      const { pressedAt, answeredAt, readyAt } = moments;
      if (round >= 0) runs.push({ answered: answeredAt - pressedAt, ready: readyAt - pressedAt });
      await product.api('DELETE', `/api/sessions/${moments.id}`);
    }
    return runs;
  } finally {
    await page.context().close();
    await product.stop();
  }
}

function toFigures(name, runs, aims) {
  return [
    ...spread(
      `${name}: press → page READY, container connected all along`,
      runs.map(({ ready }) => ready),
      'ms',
      aims,
    ),
    figure(
      `${name}: press → answered with a session that runs, p50`,
      median(runs.map(({ answered }) => answered)),
      'ms',
    ),
  ].filter((line) => !line.name.endsWith('p99'));
}

function toNote(name, runs) {
  const claim = Math.round(median(runs.map(({ answered }) => answered)));
  const page = Math.round(median(runs.map(({ ready, answered }) => ready - answered)));
  return `Where the time goes with ${name}, p50: request and claim ${claim} ms, then the page until READY ${page} ms.`;
}
