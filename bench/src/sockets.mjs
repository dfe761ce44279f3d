// Pages that are open and do nothing: what each of them costs.
import { figure } from './support/figures.mjs';
import { processorMilliseconds, residentMegabytes } from '../../tools/processes/processes.mjs';
import { Product } from './support/product.mjs';
import { sleep } from '../../tools/processes/wait.mjs';
import { Worker } from './support/worker.mjs';

const socketCount = Number(process.env.BENCH_SOCKETS ?? 10_000);
const perSession = 10;
const settleMs = 10_000;

export async function run() {
  const product = await Product.start();
  const watchers = new Worker('sockets/watchers.mjs');
  try {
    const token = await product.createToken();
    const sessions = await product.createSessions(Math.ceil(socketCount / perSession));
    const targets = Array.from({ length: socketCount }, (_, index) => ({
      ...product.socketTarget(sessions[index % sessions.length].id, token),
      // An address has 28,000 ports for connections to one place.
      localAddress: `127.0.0.${2 + (index % 4)}`,
    }));
    // What the first sockets need once is not what a socket costs.
    await watchers.ask('open', { targets: targets.slice(0, 100), atOnce: 20 });
    await sleep(settleMs);
    const before = residentMegabytes(product.pid);
    const processorBefore = processorMilliseconds(product.pid);
    const { tookMs } = await watchers.ask('open', { targets: targets.slice(100), atOnce: 20 });
    const processorMs = processorMilliseconds(product.pid) - processorBefore;
    await sleep(settleMs);
    const { lost } = await watchers.ask('count');
    if (lost > 0) throw new Error(`${lost} of ${socketCount} sockets were closed`);
    const after = residentMegabytes(product.pid);
    const opened = socketCount - 100;
    return {
      n: `${socketCount} sockets, ${perSession} for each of ${sessions.length} sessions, from a process of their own; memory ${settleMs / 1_000} s after the last`,
      figures: [
        figure('main-server with 100 sockets', before, 'MB'),
        figure(`main-server with ${socketCount} idle sockets`, after, 'MB', { max: 250 }),
        figure('memory of a socket', ((after - before) * 1_000) / opened, 'kB'),
        figure('sockets opened and drawn per second, 20 at a time', opened / (tookMs / 1_000), 'sockets/s'),
        figure('main-server, processor time of opening one', (processorMs * 1_000) / opened, 'µs'),
      ],
    };
  } finally {
    await watchers.stop();
    await product.stop();
  }
}
