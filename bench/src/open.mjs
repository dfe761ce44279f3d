// Opening a conversation: from the request for its socket to the snapshot, by how long the conversation is.
import { once } from 'node:events';
import sqlite3 from 'sqlite3';
import { WebSocket } from 'ws';
import { figure, median, quantile } from './support/figures.mjs';
import { Product } from './support/product.mjs';
import { Rows } from './open/rows.mjs';

const lengths = [10, 1_000, 100_000];
const rounds = Number(process.env.BENCH_ROUNDS ?? 200);
const warmUpRounds = 50;
const subscribe = JSON.stringify({ type: 'subscribe', protocolVersion: 1, cursor: null });

export async function run() {
  const product = await Product.start();
  try {
    const token = await product.createToken();
    const sessions = await product.createSessions(lengths.length);
    await product.restart({ whileStopped: () => fill(product.databasePath, sessions) });
    const targets = sessions.map(({ id }) => product.socketTarget(id, token));
    const took = lengths.map(() => []);
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      for (const [index, target] of targets.entries()) {
        const ms = await openOnce(target, Math.min(lengths[index], 50));
        if (round >= warmUpRounds) took[index].push(ms);
      }
    }
    const slowest = Math.max(...took.map(median));
    return {
      n: `${rounds} openings of each, in turns, one at a time`,
      figures: [
        ...lengths.flatMap((length, index) => [
          figure(`${length} messages: socket asked for → snapshot, p50`, median(took[index]), 'ms'),
          figure(`${length} messages: socket asked for → snapshot, p95`, quantile(took[index], 0.95), 'ms'),
        ]),
        figure('slowest of them ÷ conversation of 10 messages, p50', slowest / median(took[0]), '×', {
          max: 1.5,
        }),
      ],
    };
  } finally {
    await product.stop();
  }
}

/** The product's own tables, filled while nobody has them open. */
async function fill(file, sessions) {
  const database = new sqlite3.Database(file);
  const rows = new Rows(database);
  for (const [index, { id }] of sessions.entries()) await rows.insertConversation(id, lengths[index]);
  await rows.close();
}

/** In milliseconds. @throws when the snapshot is not the newest page of the conversation */
async function openOnce({ url, headers }, expected) {
  const startedAt = performance.now();
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const snapshot = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      if (data.includes('"type":"snapshot"')) resolve({ text: data, at: performance.now() });
    });
  });
  await once(socket, 'open');
  socket.send(subscribe);
  const { text, at } = await snapshot;
  socket.terminate();
  const { messages } = JSON.parse(text.toString('utf8'));
  if (messages.length !== expected) throw new Error(`the snapshot has ${messages.length} messages`);
  return at - startedAt;
}
