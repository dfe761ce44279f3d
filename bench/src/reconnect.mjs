// kill -9 of main-server with many pages open, a start, and how long it takes until each of them is live again.
import { figure, median } from './support/figures.mjs';
import { profilable, profileDuring } from './support/profile.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';
import { Worker } from './support/worker.mjs';

const pageCount = Number(process.env.BENCH_SOCKETS ?? 2_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const perSession = 10;
/** What a page sees of a server that is not there; no answer of ours. */
const noServer = /^(ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|closed 1006)$/;
/** What a server says that is not ready yet. */
const notReady = /\b503\b/;

export async function run() {
  const product = await Product.start({ nodeArgs: profilable });
  const pages = new Worker('reconnect/pages.mjs');
  try {
    const sessions = await product.createSessions(Math.ceil(pageCount / perSession));
    const guests = [];
    for (const session of sessions) guests.push(await product.pageTarget(session));
    const targets = Array.from({ length: pageCount }, (_, index) => guests[index % guests.length]);
    await pages.ask('open', { targets, port: product.port });
    await allLive(pages);
    const fromStart = [];
    const fromReady = [];
    let errors = 0;
    const killAndStart = async () => {
      await product.kill();
      await waitFor('the pages to notice', async () => (await pages.ask('state')).live === 0);
      await pages.ask('forgetRefusals');
      product.startAgain();
    };
    for (let round = 0; round < rounds; round += 1) {
      await killAndStart();
      const startedAt = Date.now();
      await product.whenReady();
      const readyAt = Date.now();
      const { at, refusals } = await allLive(pages);
      fromStart.push((at - startedAt) / 1_000);
      fromReady.push((at - readyAt) / 1_000);
      const unexpected = Object.entries(refusals).filter(
        ([what]) => !noServer.test(what) && !notReady.test(what),
      );
      for (const [what, count] of unexpected) console.log(`  refused: ${what}, ${count} times`);
      errors += unexpected.reduce((sum, [, count]) => sum + count, 0);
    }
    const figures = [
      figure('start of main-server → all pages live', median(fromStart), 's', { max: 10 }),
      figure('main-server ready → all pages live', median(fromReady), 's'),
      figure('refusals other than 503, in all rounds', errors, '', { max: 0 }),
    ];
    const notes = [];
    if (figures.some(({ isMet }) => isMet === false)) {
      await killAndStart();
      await product.whenReady();
      const profile = await profileDuring(product.program, () => allLive(pages));
      notes.push(
        `What main-server does from ready until all pages are live, by profile of one start more: ${profile}.`,
      );
    }
    return {
      n: `median of ${rounds} kills, ${pageCount} pages, ${perSession} of each of ${sessions.length} sessions, each with a ticket of its own`,
      figures,
      notes,
    };
  } finally {
    await pages.stop();
    await product.stop();
  }
}

function allLive(pages) {
  return waitFor(
    'all pages',
    async () => {
      const answer = await pages.ask('state');
      return answer.live === pageCount && answer;
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
}
