// What both programs take while nothing happens.
import { figure, median } from './support/figures.mjs';
import { processesOfSession, residentMegabytes } from '../../tools/processes/processes.mjs';
import { Product } from './support/product.mjs';
import { sleep } from '../../tools/processes/wait.mjs';

const idleMs = Number(process.env.BENCH_IDLE_MS ?? 30_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

export async function run() {
  const alone = [];
  const withSession = [];
  const agent = [];
  for (let round = 0; round < rounds; round += 1) {
    const product = await Product.start();
    try {
      await sleep(idleMs);
      alone.push(residentMegabytes(product.pid));
      const session = await product.createSession({ provider: 'process' });
      await product.whenRunning(session.id);
      await sleep(idleMs);
      withSession.push(residentMegabytes(product.pid));
      const [pid] = processesOfSession(session.id);
      agent.push(residentMegabytes(pid));
    } finally {
      await product.stop();
    }
  }
  return {
    n: `median of ${rounds} starts, resident memory (VmRSS) after ${idleMs / 1_000} s without work, in MB of 10⁶ bytes`,
    figures: [
      figure('main-server without Next', median(alone), 'MB', { max: 150 }),
      figure('main-server without Next, one session connected', median(withSession), 'MB'),
      figure('container-agent without an agent', median(agent), 'MB', { max: 130 }),
    ],
  };
}
