// Many new sessions asked for at the same moment.
import { toStepsNote } from './support/container-steps.mjs';
import { figure, median, spread } from './support/figures.mjs';
import { buildImage, image } from './support/image.mjs';
import { Product } from './support/product.mjs';
import { processorMilliseconds } from '../../tools/processes/processes.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const count = Number(process.env.BENCH_SESSIONS ?? 20);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const providers = {
  process: { env: { CONTAINER_PROVIDER: 'process' }, aims: {} },
  docker: {
    env: { CONTAINER_PROVIDER: 'docker', CONTAINER_IMAGE: image },
    aims: { p95: { max: 15_000 } },
  },
};
const wanted = (process.env.BENCH_PROVIDERS ?? 'process,docker').split(',');

export async function run() {
  const figures = [];
  const notes = [];
  for (const name of wanted) {
    if (name === 'docker') buildImage();
    const { runs, processorMs } = await measure(providers[name]);
    figures.push(
      ...spread(
        `${name}: asked for → container connected`,
        runs.map(({ tookMs }) => tookMs),
        'ms',
        providers[name].aims,
      ),
      figure(`${name}: main-server, processor time of a session`, median(processorMs) / count, 'ms'),
    );
    notes.push(
      toStepsNote(
        name,
        runs.map(({ steps }) => steps),
      ),
    );
  }
  const n = `${rounds} times ${count} sessions at once per provider, as many starts at a time as by default, all deleted before the next`;
  return { n, figures, notes };
}

async function measure({ env }) {
  const product = await Product.start({ env });
  try {
    const ready = new Map();
    const failed = new Map();
    const socket = await product.followSessions((frame, at) => {
      if (frame.type !== 'container.changed') return;
      const { sessionId, status, steps, reason } = frame.container;
      if (status === 'error') failed.set(sessionId, reason);
      if (status === 'running' && !ready.has(sessionId)) ready.set(sessionId, { at, steps });
    });
    const runs = [];
    const processorMs = [];
    // The first session finds nothing in memory.
    await burst(product, { ready, failed }, 1);
    for (let round = 0; round < rounds; round += 1) {
      const before = processorMilliseconds(product.pid);
      runs.push(...(await burst(product, { ready, failed }, count)));
      processorMs.push(processorMilliseconds(product.pid) - before);
    }
    socket.close();
    return { runs, processorMs };
  } finally {
    await product.stop();
  }
}

async function burst(product, { ready, failed }, size) {
  const askedAt = Date.now();
  const sessions = await Promise.all(Array.from({ length: size }, () => product.createSession({})));
  const isDone = () => {
    for (const { id } of sessions) if (failed.has(id)) throw new Error(`It failed: ${failed.get(id)}`);
    return sessions.every(({ id }) => ready.has(id));
  };
  await waitFor('all of them', isDone, { timeoutMs: 300_000 });
  for (const { id } of sessions) await product.api('DELETE', `/api/sessions/${id}`);
  return sessions.map(({ id }) => ({ tookMs: ready.get(id).at - askedAt, steps: ready.get(id).steps }));
}
