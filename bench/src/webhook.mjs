// From a container's webhook to the page: durable messages of many sessions at a pace, and how long each is on its way.
import { summaryFigures } from './support/delays.mjs';
import { figure } from './support/figures.mjs';
import { processorMilliseconds } from '../../tools/processes/processes.mjs';
import { profilable, profileDuring } from './support/profile.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';
import { Worker } from './support/worker.mjs';

const perSecond = Number(process.env.BENCH_PER_SECOND ?? 1_000);
const seconds = Number(process.env.BENCH_SECONDS ?? 20);
/** Each may post 50 a second for long. */
const sessionCount = 40;
const warmUpSeconds = 3;
const profiledSeconds = 4;

export async function run() {
  const profile = process.env.BENCH_PROFILE;
  const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : profilable;
  const product = await Product.start({ nodeArgs });
  const posts = new Worker('webhook/posts.mjs');
  const watchers = new Worker('sockets/watchers.mjs');
  try {
    const token = await product.createToken();
    const sessions = await product.createSessions(sessionCount);
    const containers = [];
    for (const { id } of sessions) containers.push({ sessionId: id, token: await product.sessionToken(id) });
    const targets = sessions.map(({ id }) => product.socketTarget(id, token));
    await watchers.ask('open', { targets, atOnce: 10 });

    const measure = async (duration) => {
      await watchers.ask('watch', { frames: '"message.stored"' });
      const input = { containers, port: product.containerPort, perSecond, seconds: duration };
      const posted = await posts.ask('post', input);
      assertStored(posted);
      await waitFor('the messages', async () => (await watchers.ask('count')).received >= posted.total);
      return { ...posted, shown: await watchers.ask('summary') };
    };
    await measure(warmUpSeconds);
    const before = processorMilliseconds(product.pid);
    const loadBefore = posts.processorMs + watchers.processorMs;
    const result = await measure(seconds);
    const processorMs = processorMilliseconds(product.pid) - before;
    const loadMs = posts.processorMs + watchers.processorMs - loadBefore;
    if (result.shown.count !== result.total)
      throw new Error(`${result.total} messages were stored, ${result.shown.count} were shown`);
    const kept = result.total / (result.answeredMs / 1_000);
    const figures = [
      figure('messages stored per second', kept, 'messages/s', { min: perSecond * 0.98 }),
      ...summaryFigures('webhook sent → page', result.shown, { p95: { max: 50 } }),
      ...summaryFigures('webhook sent → answered 201', result.answers),
      figure('main-server, processor time of a message', (processorMs * 1_000) / result.total, 'µs'),
      figure('containers and pages, processor time of a message', (loadMs * 1_000) / result.total, 'µs'),
    ];
    const isMissed = figures.some(({ isMet }) => isMet === false);
    const notes =
      isMissed && !profile
        ? [
            `What main-server does meanwhile, by profile of ${profiledSeconds} s more: ${await profileDuring(product.program, () => measure(profiledSeconds))}.`,
          ]
        : [];
    return {
      n: `${seconds} s of ${perSecond} messages/s from ${sessionCount} sessions, each with one page`,
      figures,
      notes,
    };
  } finally {
    await posts.stop();
    await watchers.stop();
    await product.stop();
  }
}

function assertStored({ total, statuses }) {
  if (statuses['201'] === total) return;
  throw new Error(`of ${total} messages, answers were ${JSON.stringify(statuses)}`);
}
