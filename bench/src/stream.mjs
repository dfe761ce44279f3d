// From an agent's write to the page: shell agent → container-agent → main-server → WebSocket, each its own process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figure, quantile, spread } from './support/figures.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const perSecond = 200;
const eventsPerRound = Number(process.env.BENCH_EVENTS ?? 2_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const printTimes = fileURLToPath(new URL('stream/print-times.mjs', import.meta.url));
/** The first events of a process come before its code is compiled. */
const warmUpEvents = 400;

export async function run() {
  const product = await Product.start();
  try {
    const session = await product.createSession({ provider: 'process' });
    await product.whenRunning(session.id);
    const page = await openPage(product, session);
    await page.measure(warmUpEvents);
    const direct = [];
    const added = [];
    for (let round = 0; round < rounds; round += 1) {
      direct.push(...(await measurePipe(eventsPerRound)));
      added.push(...(await page.measure(eventsPerRound)));
    }
    page.close();
    return {
      n: `${rounds} rounds of ${eventsPerRound} events at ${perSecond}/s each way, in turns`,
      figures: [
        ...spread('write → page', added, 'ms', { p50: { max: 1.5 }, p99: { max: 20 } }),
        ...spread('write → reader of a pipe', direct, 'ms'),
        figure('what lies between, p50', quantile(added, 0.5) - quantile(direct, 0.5), 'ms'),
      ],
    };
  } finally {
    await product.stop();
  }
}

/** The same program, its output read by us. */
async function measurePipe(count) {
  const delays = [];
  const child = spawn(process.execPath, [printTimes, String(perSecond), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk) => collect(chunk.toString(), delays));
  await once(child, 'close');
  return complete(delays, count);
}

async function openPage(product, session) {
  let delays = [];
  const socket = await product.openSocket(session, (data) => {
    const text = data.toString();
    // The message at the end of the turn has the output once more.
    if (text.includes('"tool.delta"')) collect(text, delays);
  });
  return {
    async measure(count) {
      delays = [];
      const text = `exec '${process.execPath}' '${printTimes}' ${perSecond} ${count}`;
      await product.api('POST', `/api/sessions/${session.id}/messages`, {
        text,
        clientRequestId: `${Math.random()}`,
      });
      await waitFor('the events', () => delays.length >= count, {
        timeoutMs: (count / perSecond) * 1_000 + 20_000,
      });
      const { length } = delays;
      const result = complete(delays.slice(0, count), count);
      await waitFor(
        'the turn to end',
        async () => (await product.api('GET', `/api/sessions/${session.id}`)).status === 'idle',
      );
      if (length !== count) throw new Error(`${count} events were written, ${length} came`);
      return result;
    },
    close: () => socket.close(),
  };
}

/** Read before anything is parsed, as a browser's `message` event would come. */
function collect(text, delays) {
  const now = process.hrtime.bigint();
  for (const [, writtenAt] of text.matchAll(/@(\d{8,})\\?n?/g))
    delays.push(Number(now - BigInt(writtenAt)) / 1e6);
}

function complete(delays, count) {
  if (delays.length !== count) throw new Error(`${count} lines were written, ${delays.length} came`);
  return delays;
}
