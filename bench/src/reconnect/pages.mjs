// Pages of sessions as a process of its own: each asks for a ticket, opens its socket, and comes back by its cursor
// with the back-off of libs/ui/src/realtime/reconnecting-socket.ts.
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { serve } from '../support/worker-side.mjs';

const connectDeadlineMs = 10_000;
const retryBaseMs = 500;
const retryMaxMs = 15_000;
/** As browsers do, which never have more than a few requests to one host under way. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const pages = [];
let liveSince = 0;
let refusals = {};

serve({ open, state, forgetRefusals, close });

function open({ targets, port }) {
  for (const target of targets) pages.push(new Page(target, port));
  for (const page of pages) page.connect();
}

/** `at` is when the last of the live ones became so, in milliseconds since 1970. */
function state() {
  return { live: pages.filter(({ isLive }) => isLive).length, at: liveSince, refusals };
}

function forgetRefusals() {
  refusals = {};
}

function close() {
  for (const page of pages) page.stop();
}

function refused(what) {
  refusals[what] = (refusals[what] ?? 0) + 1;
}

class Page {
  isLive = false;
  #attempt = 0;
  #cursor = null;
  #isStopped = false;

  constructor(target, port) {
    this.target = target;
    this.port = port;
  }

  connect() {
    if (this.#isStopped) return;
    const { path, host, cookie } = this.target.ticket;
    const headers = { host, cookie, 'sec-fetch-site': 'same-origin', 'content-length': 2 };
    const outgoing = request({
      host: '127.0.0.1',
      port: this.port,
      agent,
      method: 'POST',
      path,
      headers: { ...headers, 'content-type': 'application/json' },
      timeout: connectDeadlineMs,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', ({ code, message }) => this.#lost(code ?? message));
    outgoing.on('response', (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += chunk));
      answer.on('end', () => {
        if (answer.statusCode >= 300) return this.#lost(`ticket ${answer.statusCode}`);
        this.#open(JSON.parse(body).ticket);
      });
      answer.on('error', ({ code }) => this.#lost(code));
    });
    outgoing.end('{}');
  }

  stop() {
    this.#isStopped = true;
    this.socket?.terminate();
  }

  #open(ticket) {
    const { path, headers } = this.target.socket;
    const url = `ws://127.0.0.1:${this.port}${path}&token=${ticket}`;
    let problem = null;
    this.socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      handshakeTimeout: connectDeadlineMs,
    });
    this.socket.on('open', () => {
      this.#attempt = 0;
      this.socket.send(JSON.stringify({ type: 'subscribe', protocolVersion: 1, cursor: this.#cursor }));
    });
    this.socket.on('message', (data) => this.#receive(Buffer.from(data).toString('utf8')));
    this.socket.on('error', ({ code, message }) => (problem = code ?? message));
    this.socket.on('close', (code) => this.#lost(problem ?? `closed ${code}`));
  }

  #receive(text) {
    const frame = JSON.parse(text);
    if (frame.type === 'entries') this.#cursor.position = frame.entries.at(-1).position;
    if (frame.type !== 'snapshot') return;
    this.#cursor = frame.cursor;
    this.isLive = true;
    liveSince = Date.now();
  }

  #lost(what) {
    this.isLive = false;
    if (this.#isStopped) return;
    refused(what);
    const ceiling = Math.min(retryMaxMs, retryBaseMs * 2 ** this.#attempt);
    this.#attempt += 1;
    setTimeout(() => this.connect(), ceiling / 2 + (ceiling / 2) * Math.random());
  }
}
