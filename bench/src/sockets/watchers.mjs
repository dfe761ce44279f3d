// Clients of sessions as a process of its own: each is subscribed, and takes the time of every stamp that reaches it.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Delays } from '../support/delays.mjs';
import { serve } from '../support/worker-side.mjs';

const subscribe = JSON.stringify({ type: 'subscribe', protocolVersion: 1, cursor: null });
const sockets = [];
const delays = new Delays();
let marker = '';
let lost = 0;

serve({ open, watch, count, summary, close });

/** Resolves when each of them has its snapshot. `atOnce` are opened at a time. */
async function open({ targets, atOnce }) {
  const startedAt = performance.now();
  const waiting = [...targets];
  const openOnes = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) await openOne(target);
  };
  await Promise.all(Array.from({ length: atOnce }, openOnes));
  return { tookMs: performance.now() - startedAt };
}

async function openOne({ url, headers, localAddress }) {
  const socket = new WebSocket(url, { headers, localAddress, perMessageDeflate: false });
  await once(socket, 'open');
  const subscribed = new Promise((resolve, reject) => {
    socket.on('close', (code, reason) => reject(new Error(`closed with ${code} ${reason.toString('utf8')}`)));
    socket.on('message', (data) => {
      if (marker !== '' && data.includes(marker)) delays.collect(data.latin1Slice());
      else if (data.includes('"type":"snapshot"')) resolve();
    });
  });
  socket.send(subscribe);
  await subscribed;
  socket.on('close', () => (lost += 1));
  sockets.push(socket);
}

/** Counts what comes from now on in frames that contain `frames`. */
function watch({ frames }) {
  marker = frames;
  delays.clear();
}

function count() {
  return { received: delays.count, lost };
}

function summary() {
  return delays.summary();
}

function close() {
  for (const socket of sockets.splice(0)) socket.terminate();
}
