// Requests of a session's page through the front door and the tunnel, against http-proxy before the same server.
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { figure, median } from './support/figures.mjs';
import { processorMilliseconds, startNode, stop } from '../../tools/processes/processes.mjs';
import { Product } from './support/product.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const connections = 50;
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const profile = process.env.BENCH_PROFILE;
const containerSide = fileURLToPath(new URL('tunnel/container-side.mjs', import.meta.url));
const bareProxy = fileURLToPath(new URL('tunnel/bare-proxy.mjs', import.meta.url));
const target = '/api/workspace/files/1k';

export async function run() {
  const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const product = await Product.start({ nodeArgs });
  try {
    const session = await product.createSession({ provider: 'manual' });
    const { environment } = await product.api('POST', `/api/sessions/${session.id}/container/create`);
    const container = startNode([...nodeArgs, containerSide], {
      ...environment,
      MAIN_APP_WS_URL: `ws://127.0.0.1:${product.containerPort}`,
    });
    const proxy = startNode([bareProxy, await printedPort(container)], {});
    const bare = {
      url: `http://127.0.0.1:${await printedPort(proxy)}${target}`,
      headers: {},
      pids: [proxy.pid, container.pid],
    };
    const { host, cookie } = await product.enter(session);
    const ours = {
      url: `http://127.0.0.1:${product.port}${target}`,
      headers: { host, cookie, 'sec-fetch-site': 'same-origin' },
      pids: [product.pid, container.pid],
    };
    await waitFor('the tunnel', () =>
      product.ask('GET', target, { host, headers: ours.headers }).then(
        () => true,
        () => false,
      ),
    );
    await fire(bare, 3);
    await fire(ours, 3);
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push({ bare: await fire(bare, seconds), ours: await fire(ours, seconds) });
    }
    await Promise.all([stop(proxy), stop(container)]);
    const all = (side, field) => median(results.map((result) => result[side][field]));
    return {
      n: `median of ${rounds} rounds of ${seconds} s each way, in turns, ${connections} connections, answers of 1 KiB`,
      figures: [
        figure(
          'front door and tunnel ÷ http-proxy, requests per second',
          median(results.map((result) => result.ours.perSecond / result.bare.perSecond)),
          '×',
          { min: 0.8 },
        ),
        figure('front door and tunnel', all('ours', 'perSecond'), 'requests/s'),
        figure('http-proxy', all('bare', 'perSecond'), 'requests/s'),
        figure('main-server, processor time of a request', all('ours', 'proxyMicroseconds'), 'µs'),
        figure('http-proxy, processor time of a request', all('bare', 'proxyMicroseconds'), 'µs'),
        figure(
          "container's end and server, processor time of a request",
          all('ours', 'targetMicroseconds'),
          'µs',
        ),
        figure('server alone, processor time of a request', all('bare', 'targetMicroseconds'), 'µs'),
        figure('front door and tunnel, time of a request, p50', all('ours', 'p50'), 'ms'),
        figure('front door and tunnel, time of a request, p99', all('ours', 'p99'), 'ms'),
        figure('http-proxy, time of a request, p50', all('bare', 'p50'), 'ms'),
        figure('http-proxy, time of a request, p99', all('bare', 'p99'), 'ms'),
      ],
    };
  } finally {
    await product.stop();
  }
}

const printedPort = (program) => waitFor('a port', () => /^(\d+)\n/m.exec(program.output)?.[1] ?? null);

async function fire({ url, headers, pids }, duration) {
  const before = pids.map(processorMilliseconds);
  const { requests, latency, non2xx, errors } = await autocannon({ url, headers, connections, duration });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`);
  const [proxyMicroseconds, targetMicroseconds] = pids.map(
    (pid, i) => ((processorMilliseconds(pid) - before[i]) * 1_000) / requests.total,
  );
  return {
    perSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    proxyMicroseconds,
    targetMicroseconds,
  };
}
