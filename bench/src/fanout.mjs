// One session's events to many pages of it: an agent writes at a pace, each page takes the time when a frame comes.
import { fileURLToPath } from 'node:url';
import { summaryFigures } from './support/delays.mjs';
import { figure } from './support/figures.mjs';
import { processorMilliseconds } from '../../tools/processes/processes.mjs';
import { profilable, profileDuring } from './support/profile.mjs';
import { Product } from './support/product.mjs';
import { sleep, waitFor } from '../../tools/processes/wait.mjs';
import { Worker } from './support/worker.mjs';

const perSecond = 200;
const events = Number(process.env.BENCH_EVENTS ?? 1_600);
const watcherCounts = [1, 50, 100, 1_000];
const warmUpEvents = 200;
const profiledEvents = 600;
const patienceMs = 20_000;
const printTimes = fileURLToPath(new URL('stream/print-times.mjs', import.meta.url));

export async function run() {
  const profile = process.env.BENCH_PROFILE;
  const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : profilable;
  const env = { SESSION_SOCKETS_MAX: String(Math.max(...watcherCounts)) };
  const product = await Product.start({ env, nodeArgs });
  try {
    const token = await product.createToken();
    const figures = [];
    const notes = [];
    for (const count of watcherCounts) {
      const measured = await measure(product, token, count, { isProfiled: profile === undefined });
      figures.push(...measured.figures);
      notes.push(...measured.notes);
    }
    return {
      n: `${events} events at ${perSecond}/s to each number of pages, in a session of its own`,
      figures,
      notes,
    };
  } finally {
    await product.stop();
  }
}

async function measure(product, token, pages, { isProfiled }) {
  const session = await product.createSession({ provider: 'process' });
  await product.whenRunning(session.id);
  const watchers = new Worker('sockets/watchers.mjs');
  try {
    const targets = Array.from({ length: pages }, () => product.socketTarget(session.id, token));
    await watchers.ask('open', { targets, atOnce: 20 });
    await turn(product, watchers, session, warmUpEvents, pages);
    const before = { server: processorMilliseconds(product.pid), pages: watchers.processorMs };
    const { shown, received, lost } = await turn(product, watchers, session, events, pages);
    const perEvent = (ms) => (ms * 1_000) / events;
    const name = pages === 1 ? '1 page' : `${pages} pages`;
    const figures = [
      ...summaryFigures(`${name}: write → page`, shown, pages === 50 ? { p95: { max: 15 } } : {}),
      figure(`${name}: events shown`, (100 * received) / (events * pages), '%', { min: 100 }),
      figure(`${name}: closed as too slow`, lost, 'pages', { max: 0 }),
      figure(
        `${name}: main-server, processor time of an event`,
        perEvent(processorMilliseconds(product.pid) - before.server),
        'µs',
      ),
      figure(
        `${name}: the pages' process, processor time of an event`,
        perEvent(watchers.processorMs - before.pages),
        'µs',
      ),
    ];
    const notes = [];
    if (isProfiled && figures.some(({ isMet }) => isMet === false)) {
      const again = () => turn(product, watchers, session, profiledEvents, pages);
      notes.push(
        `With ${name}, main-server by profile of ${profiledEvents} events more: ${await profileDuring(product.program, again)}.`,
      );
    }
    return { figures, notes };
  } finally {
    await watchers.stop();
    await product.api('DELETE', `/api/sessions/${session.id}`);
  }
}

/** Resolves when all that are not closed have seen everything, or when that takes too long to be waited for. */
async function turn(product, watchers, session, count, pages) {
  await watchers.ask('watch', { frames: '"tool.delta"' });
  const text = `exec '${process.execPath}' '${printTimes}' ${perSecond} ${count}`;
  const prompt = { text, clientRequestId: `${Math.random()}` };
  await product.api('POST', `/api/sessions/${session.id}/messages`, prompt);
  await sleep((count / perSecond) * 1_000);
  const deadline = performance.now() + patienceMs;
  let answer = await watchers.ask('count');
  while (answer.received < count * (pages - answer.lost) && performance.now() < deadline) {
    await sleep(100);
    answer = await watchers.ask('count');
  }
  await waitFor(
    'the turn to end',
    async () => (await product.api('GET', `/api/sessions/${session.id}`)).status === 'idle',
    { timeoutMs: 60_000 },
  );
  return { ...answer, shown: await watchers.ask('summary') };
}
