// kill -9 of main-server while containers run, a start on the same long history, and how long until it serves and has
// taken the containers over.
import sqlite3 from 'sqlite3';
import { waitFor } from '../../tools/processes/wait.mjs';
import { Rows } from './open/rows.mjs';
import { figure, median } from './support/figures.mjs';
import { Product } from './support/product.mjs';

const messages = 100_000;
const running = Number(process.env.BENCH_SESSIONS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 7);

export async function run() {
  const product = await Product.start();
  try {
    const long = await product.createSession({ provider: 'manual' });
    await product.restart({ whileStopped: () => fill(product.databasePath, long.id) });
    const sessions = [];
    while (sessions.length < running) sessions.push(await product.createSession({ provider: 'process' }));
    for (const { id } of sessions) await product.whenRunning(id);
    const before = await containersOf(product, sessions);
    const serving = [];
    const adopted = [];
    for (let round = 0; round < rounds; round += 1) {
      await product.kill();
      const startedAt = performance.now();
      product.startAgain();
      await product.whenReady();
      serving.push(performance.now() - startedAt);
      await waitFor(
        'the containers',
        async () => (await containersOf(product, sessions)).every(({ isConnected }) => isConnected),
        { everyMs: 20 },
      );
      adopted.push(performance.now() - startedAt);
    }
    const after = await containersOf(product, sessions);
    const restarted = after.filter(({ generation }, index) => generation !== before[index].generation);
    return {
      n: `median of ${rounds} kills, ${running} running containers, a history of ${messages} messages`,
      figures: [
        figure('start after kill -9 → serving', median(serving), 'ms', { max: 2_000 }),
        figure('start after kill -9 → all containers taken over', median(adopted), 'ms', { max: 10_000 }),
        figure('containers that were started anew', restarted.length, '', { max: 0 }),
      ],
    };
  } finally {
    await product.stop();
  }
}

function containersOf(product, sessions) {
  return Promise.all(sessions.map(({ id }) => product.api('GET', `/api/sessions/${id}/container/status`)));
}

async function fill(file, sessionId) {
  const database = new sqlite3.Database(file);
  const rows = new Rows(database);
  await rows.insertConversation(sessionId, messages);
  await rows.close();
}
