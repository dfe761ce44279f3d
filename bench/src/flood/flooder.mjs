// A hostile container as a process of its own: sends events as fast as its socket takes them, and minds no window.
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { serve } from '../support/worker-side.mjs';

const protocolVersion = 1;
const perFrame = 200;
const aheadBytes = 4 * 1024 * 1024;
const text = 'x'.repeat(500);

let socket;
let seq = 0;
let acked = 0;
let isFlooding = false;
const epoch = randomBytes(16).toString('hex');

serve({ open, begin, end });

async function open({ url, token }) {
  socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
  await once(socket, 'open');
  const outbox = { epoch, lastSeq: 0 };
  const hello = { type: 'hello', protocolVersion, version: '0.1.0', bootId: 'flood', agents: [] };
  socket.send(JSON.stringify({ ...hello, outbox, runningTurnId: null }));
  socket.on('message', (data) => {
    const frame = JSON.parse(Buffer.from(data).toString('utf8'));
    if (frame.type === 'ack') acked = frame.seq;
  });
}

function begin() {
  isFlooding = true;
  flood();
}

/** Says how much was stored, and whether it is still connected. */
function end() {
  isFlooding = false;
  return { acked, isOpen: socket.readyState === socket.OPEN };
}

function flood() {
  if (!isFlooding || socket.readyState !== socket.OPEN) return;
  while (socket.bufferedAmount < aheadBytes) {
    const events = Array.from({ length: perFrame }, () => ({
      seq: (seq += 1),
      at: 0,
      event: { type: 'message.delta', turnId: 'flood', messageId: 'm', text },
    }));
    socket.send(JSON.stringify({ type: 'events', epoch, events }));
  }
  setTimeout(flood, 1);
}
