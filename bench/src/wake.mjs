// From a prompt to a container that was stopped for want of use, until it runs the prompt.
import { toStepsNote } from './support/container-steps.mjs';
import { figure, median, spread } from './support/figures.mjs';
import { buildImage, image } from './support/image.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 20);
const providers = {
  process: { env: { CONTAINER_PROVIDER: 'process' }, aims: {} },
  docker: {
    env: { CONTAINER_PROVIDER: 'docker', CONTAINER_IMAGE: image },
    aims: { p50: { max: 2_000 }, p95: { max: 2_000 } },
  },
};
const wanted = (process.env.BENCH_PROVIDERS ?? 'process,docker').split(',');

export async function run() {
  const figures = [];
  const notes = [];
  for (const name of wanted) {
    if (name === 'docker') buildImage();
    const runs = await measure(providers[name]);
    figures.push(...toFigures(name, runs, providers[name].aims));
    notes.push(
      toStepsNote(
        name,
        runs.map(({ steps }) => steps),
      ),
    );
  }
  const n = `${rounds} sessions per provider, stopped by the server itself for want of use and woken one after the other`;
  return { n, figures, notes };
}

async function measure({ env }) {
  // About a second without use; the server looks twice a minute.
  const product = await Product.start({ env: { CONTAINER_IDLE_STOP_MINUTES: '0.02', ...env } });
  try {
    const sessions = [];
    while (sessions.length < rounds) sessions.push(await product.createSession({}));
    for (const { id } of sessions) await product.whenRunning(id, { timeoutMs: 300_000 });
    for (const { id } of sessions) await whenAsleep(product, id);
    // From here on none is stopped while others are woken.
    await product.restart({ env: { CONTAINER_IDLE_STOP_MINUTES: '0' } });
    const moments = await followMoments(product);
    const runs = [];
    for (const { id } of sessions) runs.push(await wake(product, moments, id));
    moments.close();
    return runs;
  } finally {
    await product.stop();
  }
}

function whenAsleep(product, id) {
  return waitFor(
    'the stop for want of use',
    async () => {
      const { status, reason } = await product.api('GET', `/api/sessions/${id}/container/status`);
      return status === 'stopped' && /nobody used it/.test(reason ?? '');
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
}

/** When a session's container was connected and when its turn began, as the session list is told. */
async function followMoments(product) {
  const connected = new Map();
  const begun = new Map();
  const socket = await product.followSessions((frame, at) => {
    if (frame.type === 'container.changed' && frame.container.status === 'running') {
      const { sessionId, steps } = frame.container;
      if (!connected.has(sessionId)) connected.set(sessionId, { at, steps });
    }
    if (frame.type === 'session.changed' && frame.session.status === 'running') {
      if (!begun.has(frame.session.id)) begun.set(frame.session.id, at);
    }
  });
  return { connected, begun, close: () => socket.close() };
}

async function wake(product, { connected, begun }, id) {
  const sentAt = Date.now();
  await product.api('POST', `/api/sessions/${id}/messages`, { text: 'true', clientRequestId: id });
  await waitFor('the turn', () => connected.has(id) && begun.has(id), { timeoutMs: 60_000 });
  const isIdle = async () => (await product.api('GET', `/api/sessions/${id}`)).status === 'idle';
  await waitFor('the end of the turn', isIdle, { timeoutMs: 60_000 });
  const { at, steps } = connected.get(id);
  return { connected: at - sentAt, begun: begun.get(id) - sentAt, steps };
}

function toFigures(name, runs, aims) {
  return [
    ...spread(
      `${name}: prompt sent → its turn has begun`,
      runs.map(({ begun }) => begun),
      'ms',
      aims,
    ),
    figure(`${name}: prompt sent → container connected, p50`, median(runs.map((one) => one.connected)), 'ms'),
  ].filter((line) => !line.name.endsWith('p99'));
}
