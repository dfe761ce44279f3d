// What one container that sends as fast as it can costs another session and the server, in turns with silence.
import { fileURLToPath } from 'node:url';
import { figure, median } from './support/figures.mjs';
import { residentMegabytes } from '../../tools/processes/processes.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';
import { Worker } from './support/worker.mjs';

const perSecond = 200;
const events = Number(process.env.BENCH_EVENTS ?? 1_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const patienceMs = 60_000;
const sampleMs = 50;
const printTimes = fileURLToPath(new URL('stream/print-times.mjs', import.meta.url));

export async function run() {
  const product = await Product.start();
  const pages = new Worker('sockets/watchers.mjs');
  const floodPages = new Worker('sockets/watchers.mjs');
  const flooder = new Worker('flood/flooder.mjs');
  try {
    const token = await product.createToken();
    const bystander = await product.createSession({ provider: 'process' });
    await product.whenRunning(bystander.id);
    await pages.ask('open', { targets: [product.socketTarget(bystander.id, token)], atOnce: 1 });
    const flooding = await product.createSession({ provider: 'manual' });
    const sessionToken = await product.sessionToken(flooding.id);
    const url = `ws://127.0.0.1:${product.containerPort}/ws/sessions/${flooding.id}?role=container`;
    await flooder.ask('open', { url, token: sessionToken });
    await floodPages.ask('open', { targets: [product.socketTarget(flooding.id, token)], atOnce: 1 });

    await turn(product, pages, bystander);
    const quiet = [];
    const flooded = [];
    const growth = [];
    let stored = 0;
    for (let round = 0; round < rounds; round += 1) {
      quiet.push(await turn(product, pages, bystander));
      const before = residentMegabytes(product.pid);
      await flooder.ask('begin');
      const memory = watchMemory(product.pid);
      flooded.push(await turn(product, pages, bystander));
      growth.push(memory.peak() - before);
      const { acked, isOpen } = await flooder.ask('end');
      if (!isOpen) throw new Error('The flooding container was closed; it should have been slowed.');
      stored = acked;
    }
    return {
      n: `${rounds} rounds of ${events} events at ${perSecond}/s each way, in turns; the flood had ${stored} events stored`,
      figures: [
        ...compare(quiet, flooded),
        figure('main-server, memory on top in a flood', Math.max(...growth), 'MB', { max: 50 }),
      ],
    };
  } finally {
    await flooder.stop();
    await floodPages.stop();
    await pages.stop();
    await product.stop();
  }
}

function compare(quiet, flooded) {
  const of = (turns, p) => median(turns.map((one) => one[p]));
  const both = ['p50', 'p95'].flatMap((p) => [
    figure(`write → page without a flood, ${p}`, of(quiet, p), 'ms'),
    figure(`write → page beside a flood, ${p}`, of(flooded, p), 'ms'),
  ]);
  const ratio = (p, aim) =>
    figure(`beside a flood to without, ${p}`, of(flooded, p) / of(quiet, p), '×', aim);
  return [...both, ratio('p50', { max: 2 }), ratio('p95', { max: 2 })];
}

async function turn(product, pages, session) {
  await pages.ask('watch', { frames: '"tool.delta"' });
  const text = `exec '${process.execPath}' '${printTimes}' ${perSecond} ${events}`;
  const prompt = { text, clientRequestId: `${Math.random()}` };
  await product.api('POST', `/api/sessions/${session.id}/messages`, prompt);
  const isShown = async () => (await pages.ask('count')).received >= events;
  await waitFor('the events', isShown, { timeoutMs: (events / perSecond) * 1_000 + patienceMs });
  const isIdle = async () => (await product.api('GET', `/api/sessions/${session.id}`)).status === 'idle';
  await waitFor('the turn to end', isIdle, { timeoutMs: patienceMs });
  return pages.ask('summary');
}

function watchMemory(pid) {
  let peak = 0;
  const look = () => (peak = Math.max(peak, residentMegabytes(pid)));
  const timer = setInterval(look, sampleMs);
  return {
    peak: () => {
      clearInterval(timer);
      return peak;
    },
  };
}
