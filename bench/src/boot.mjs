// `npm start` with nothing to install or build, until the app answers, and main-server by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { figure, median } from './support/figures.mjs';
import { mainServer, root } from './support/paths.mjs';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { processorMilliseconds, startNode, stop } from '../../tools/processes/processes.mjs';
import { sleep, waitFor } from '../../tools/processes/wait.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const starts = {
  npmStart: [path.join(root, 'scripts/start.mjs')],
  withNext: ['--enable-source-maps', mainServer],
  withoutNext: ['--enable-source-maps', mainServer],
};

export async function run() {
  const results = { npmStart: [], withNext: [], withoutNext: [] };
  const folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-bench-'));
  try {
    // The first start builds what is missing, makes the database, and keeps what V8 compiled.
    await boot('npmStart', folder, { timeoutMs: 600_000, staysMs: 8_000 });
    for (let round = 0; round < rounds; round += 1) {
      for (const name of Object.keys(starts)) results[name].push(await boot(name, folder));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const all = (name, field) => median(results[name].map((result) => result[field]));
  return {
    n: `median of ${rounds} starts of each, in turns, on an existing database without sessions`,
    figures: [
      figure('npm start → login page', all('npmStart', 'tookMs'), 'ms', { max: 3_000 }),
      figure('npm start, processor time', all('npmStart', 'processorMs'), 'ms'),
      figure('main-server with Next → login page', all('withNext', 'tookMs'), 'ms'),
      figure('main-server without Next → /health/ready', all('withoutNext', 'tookMs'), 'ms'),
      figure('main-server without Next, processor time', all('withoutNext', 'processorMs'), 'ms'),
    ],
  };
}

async function boot(name, folder, { timeoutMs = 60_000, staysMs = 0 } = {}) {
  const port = await findFreePort();
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    NODE_ENV: 'production',
    WEB_MODE: name === 'withoutNext' ? 'off' : 'embed',
    PORT: String(port),
    CONTAINER_PORT: String(await findFreePort()),
    DATABASE_PATH: path.join(folder, 'chat.db'),
    CONTAINER_PROVIDER: 'process',
    LOG_LEVEL: 'warn',
  };
  const target = name === 'withoutNext' ? '/health/ready' : '/login';
  const startedAt = performance.now();
  const program = startNode(starts[name], env, { cwd: root });
  await waitFor(
    'the server',
    () => {
      if (program.child.exitCode !== null) throw new Error(`The server ended:\n${program.output}`);
      return answers(port, target);
    },
    { timeoutMs, everyMs: 10 },
  );
  const result = { tookMs: performance.now() - startedAt, processorMs: processorMilliseconds(program.pid) };
  await sleep(staysMs);
  await stop(program);
  return result;
}

function answers(port, target) {
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: target,
      headers: { host: `localhost:${port}` },
      agent: false,
    });
    asked.on('error', () => resolve(false));
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode < 400);
    });
    asked.end();
  });
}
