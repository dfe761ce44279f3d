import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { mainServer, root } from './paths.mjs';
import { findFreePort } from '../../../tools/processes/free-port.mjs';
import { startNode, stop } from '../../../tools/processes/processes.mjs';
import { waitFor } from '../../../tools/processes/wait.mjs';

const password = 'correct horse battery staple';
const protocolVersion = 1;

/** The built main-server as a process with a data folder of its own, and an admin who is logged in. */
export class Product {
  #login = '';

  /** `nodeArgs` go before the program, e.g. `--cpu-prof`. */
  static async start({ env = {}, nodeArgs = [] } = {}) {
    const product = new Product();
    product.folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-bench-'));
    product.port = await findFreePort();
    product.containerPort = await findFreePort();
    product.environment = {
      PATH: process.env.PATH,
      HOME: product.folder,
      NODE_ENV: 'production',
      WEB_MODE: 'off',
      PORT: String(product.port),
      CONTAINER_PORT: String(product.containerPort),
      DATABASE_PATH: path.join(product.folder, 'chat.db'),
      CONTAINER_PROVIDER: 'process',
      LOG_LEVEL: 'warn',
      ...env,
    };
    product.nodeArgs = nodeArgs;
    product.#run();
    await product.whenReady();
    await product.#setUp();
    return product;
  }

  get pid() {
    return this.program.pid;
  }

  get databasePath() {
    return this.environment.DATABASE_PATH;
  }

  /** Stopped in order, and started again once `whileStopped` is done; with `env` beside what it had. */
  async restart({ env = {}, whileStopped = async () => {} } = {}) {
    await stop(this.program);
    await whileStopped();
    this.environment = { ...this.environment, ...env };
    this.#run();
    await this.whenReady();
  }

  /** As a power cut ends it. Resolves when it is gone. */
  async kill() {
    const gone = once(this.program.child, 'exit');
    this.program.child.kill('SIGKILL');
    await gone;
  }

  /** After `kill`; `whenReady` waits until it answers. */
  startAgain() {
    this.#run();
  }

  /** How many sessions wait in the pool, by the status of their container. */
  async countPooled() {
    const { body } = await this.ask('GET', '/metrics', { headers: { cookie: this.#login } });
    const found = body.matchAll(/^codex_webapp_pooled_sessions\{container_status="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, status, count]) => [status, Number(count)]));
  }

  /** Resolves when so many wait, ready, and no other is on its way. */
  whenPooled(count) {
    const expected = JSON.stringify(count === 0 ? {} : { running: count });
    return waitFor('the pool', async () => JSON.stringify(await this.countPooled()) === expected, {
      timeoutMs: 120_000,
      everyMs: 100,
    });
  }

  /** With every session: their containers would outlive it. */
  async stop() {
    if (Number(this.environment.CONTAINER_POOL_SIZE ?? 0) > 0) {
      await this.restart({ env: { CONTAINER_POOL_SIZE: '0' } });
      await this.whenPooled(0);
    }
    // The list comes in pages, and sessions by hand have no container.
    for (;;) {
      const { sessions } = await this.api('GET', '/api/sessions').catch(() => ({ sessions: [] }));
      const withContainers = sessions.filter(({ provider }) => provider !== 'manual');
      if (withContainers.length === 0) break;
      for (const { id } of withContainers) await this.api('DELETE', `/api/sessions/${id}`);
    }
    await stop(this.program);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** As the page of the app. Throws unless it is answered with 2xx. */
  async api(method, target, body) {
    const answer = await this.ask(method, target, { body, headers: { cookie: this.#login } });
    return answer.body === '' ? null : JSON.parse(answer.body);
  }

  /** On any host name; Node does not resolve `*.localhost`, so the name goes into the header alone. */
  async ask(method, target, { host = `localhost:${this.port}`, headers = {}, body } = {}) {
    const bytes = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: this.port,
      method,
      path: target,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(bytes ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } : {}),
        ...headers,
        host,
      },
    });
    outgoing.end(bytes);
    const [incoming] = await once(outgoing, 'response');
    const answer = { status: incoming.statusCode, headers: incoming.headers, body: await text(incoming) };
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
    return answer;
  }

  createSession(choices) {
    return this.api('POST', '/api/sessions', {
      title: 'Bench',
      agent: 'shell',
      permissionMode: 'full-auto',
      ...choices,
    });
  }

  async whenRunning(sessionId, options) {
    return waitFor(
      'the container',
      async () => {
        const { status, reason } = await this.api('GET', `/api/sessions/${sessionId}/container/status`);
        if (status === 'error') throw new Error(`The container failed: ${reason}`);
        return status === 'running';
      },
      { timeoutMs: 60_000, ...options },
    );
  }

  /** What a page of the session sends along after it has entered: its host and its cookie. */
  async enter(session) {
    const { host } = new URL(session.origin);
    const { ticket } = await this.api('POST', `/api/sessions/${session.id}/ws-ticket`, { purpose: 'enter' });
    const { headers } = await this.ask('POST', '/__session/enter', { host, body: { ticket } });
    return { host, cookie: headers['set-cookie'][0].split(';')[0] };
  }

  /** The session's socket as its page opens it, subscribed. `onFrame` gets the bytes as they come. */
  async openSocket(session, onFrame) {
    const { host, cookie } = await this.enter(session);
    const { ticket } = await this.api('POST', `/api/sessions/${session.id}/ws-ticket`, {});
    const socket = new WebSocket(
      `ws://127.0.0.1:${this.port}/ws/sessions/${session.id}?role=client&token=${ticket}`,
      { headers: { host, cookie, origin: session.origin }, perMessageDeflate: false },
    );
    socket.on('message', onFrame);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'subscribe', protocolVersion, cursor: null }));
    return socket;
  }

  /** Sessions without a container: whoever has their session token is the container. */
  async createSessions(count) {
    const sessions = [];
    while (sessions.length < count) sessions.push(await this.createSession({ provider: 'manual' }));
    return sessions;
  }

  /** As the person who runs a container by hand gets it. */
  async sessionToken(sessionId) {
    const { environment } = await this.api('POST', `/api/sessions/${sessionId}/container/create`);
    return environment.SESSION_TOKEN;
  }

  /** An API token of the admin. */
  async createToken() {
    const { secret } = await this.api('POST', '/api/auth/tokens', { name: 'bench' });
    return secret;
  }

  /** Where a program opens the session's socket, and with which headers. */
  socketTarget(sessionId, token) {
    return {
      url: `ws://127.0.0.1:${this.port}/ws/sessions/${sessionId}?role=client`,
      headers: { host: `localhost:${this.port}`, authorization: `Bearer ${token}` },
    };
  }

  /** What a page of the session needs to ask for a ticket and to open its socket. */
  async pageTarget(session) {
    const { host, cookie } = await this.enter(session);
    return {
      ticket: {
        path: `/api/sessions/${session.id}/ws-ticket`,
        host: `localhost:${this.port}`,
        cookie: this.#login,
      },
      socket: {
        path: `/ws/sessions/${session.id}?role=client`,
        headers: { host, cookie, origin: session.origin },
      },
    };
  }

  /** Everything the session list is told, as it comes; `onFrame` gets the frame and when it came (Date.now()). */
  async followSessions(onFrame) {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/ws/events`, {
      headers: { host: `localhost:${this.port}`, origin: this.origin, cookie: this.#login },
    });
    socket.on('message', (data) => {
      const at = Date.now();
      onFrame(JSON.parse(Buffer.from(data).toString('utf8')), at);
    });
    await once(socket, 'open');
    return socket;
  }

  /** The login as a browser keeps it. */
  get cookies() {
    return this.#login.split('; ').map((pair) => {
      const [name, ...value] = pair.split('=');
      return { name, value: value.join('='), url: this.origin };
    });
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  #run() {
    const args = ['--enable-source-maps', ...this.nodeArgs, mainServer];
    this.program = startNode(args, this.environment, { cwd: root });
  }

  async whenReady() {
    await waitFor(
      'main-server',
      async () => {
        if (this.program.child.exitCode !== null)
          throw new Error(`main-server ended:\n${this.program.output}`);
        return this.ask('GET', '/health/ready').then(
          () => true,
          () => false,
        );
      },
      { timeoutMs: 60_000 },
    );
  }

  async #setUp() {
    const token = await waitFor(
      'the setup link',
      () => /\/setup#(\S+)/.exec(this.program.output)?.[1] ?? null,
    );
    const answer = await this.ask('POST', '/api/auth/setup', {
      body: { token, username: 'bench', password },
    });
    this.#login = answer.headers['set-cookie'].map((cookie) => cookie.split(';')[0]).join('; ');
  }
}
