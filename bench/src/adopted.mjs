// What main-server needs for sessions that an earlier run of it started and that nobody uses.
import { figure, median } from './support/figures.mjs';
import { Product } from './support/product.mjs';
import { profilable, profileDuring } from './support/profile.mjs';
import { processorMilliseconds, residentMegabytes } from '../../tools/processes/processes.mjs';
import { sleep, waitFor } from '../../tools/processes/wait.mjs';

const count = Number(process.env.BENCH_SESSIONS ?? 100);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
/** Two looks of the reconciler, which come every 30 s. */
const idleMs = Number(process.env.BENCH_IDLE_MS ?? 60_000);
const settleMs = 30_000;
const startsAtOnce = 8;

export async function run() {
  const product = await Product.start({
    env: {
      SESSIONS_RUNNING_MAX: '0',
      CONTAINER_STARTS_AT_ONCE: String(startsAtOnce),
      CONTAINER_IDLE_STOP_MINUTES: '0',
    },
    nodeArgs: profilable,
  });
  try {
    // What a start leaves to be done is no idling.
    await sleep(settleMs);
    const alone = await measureIdle(product);
    const sessions = [];
    while (sessions.length < count) sessions.push(await product.createSession({ provider: 'process' }));
    for (const { id } of sessions) await product.whenRunning(id, { timeoutMs: 600_000, everyMs: 100 });
    const adoptions = [];
    const measured = [];
    for (let round = 0; round < rounds; round += 1) {
      await product.kill();
      product.startAgain();
      await product.whenReady();
      adoptions.push(await whenAdopted(product, sessions));
      await sleep(settleMs);
      measured.push(await measureIdle(product));
    }
    const profile = await profileDuring(product.program, () => sleep(idleMs));
    const of = (key) => median(measured.map((one) => one[key]));
    return {
      n: `${count} sessions of the provider process, real ones, each its own container-agent; main-server killed (\`kill -9\`) and started again ${rounds} times, median; measured over ${idleMs / 1_000} s that begin ${settleMs / 1_000} s after the last was adopted or, without sessions, after the start`,
      figures: [
        figure('main-server ready → all adopted and connected', median(adoptions), 'ms', { max: 10_000 }),
        figure(`main-server, resident, with ${count} adopted sessions`, of('megabytes'), 'MB', { max: 150 }),
        figure(`main-server, of one core, with ${count} adopted sessions`, of('percent'), '%', { max: 1 }),
        figure('main-server, resident, without sessions', alone.megabytes, 'MB'),
        figure('main-server, of one core, without sessions', alone.percent, '%'),
      ],
      notes: [`What main-server does meanwhile, by profile of ${idleMs / 1_000} s more: ${profile}.`],
    };
  } finally {
    await product.stop();
  }
}

async function whenAdopted(product, sessions) {
  const readyAt = performance.now();
  for (const { id } of sessions) {
    await waitFor(
      'the adoption',
      async () => {
        const { status, isConnected } = await product.api('GET', `/api/sessions/${id}/container/status`);
        return status === 'running' && isConnected;
      },
      { timeoutMs: 120_000, everyMs: 100 },
    );
  }
  return performance.now() - readyAt;
}

async function measureIdle({ pid }) {
  const before = processorMilliseconds(pid);
  await sleep(idleMs);
  const percent = (100 * (processorMilliseconds(pid) - before)) / idleMs;
  return { megabytes: residentMegabytes(pid), percent };
}
