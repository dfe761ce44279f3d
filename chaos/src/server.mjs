import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { waitFor } from './wait.mjs';

const password = 'correct horse battery staple';

/** The built main-server on its own data folder, killed and started again on the same ports. */
export class Server {
  #program = null;
  #output = '';
  #token = '';

  /** `root` has the built product; the ports stay the same over all starts. `environment` may override. */
  constructor({ root, folder, port, containerPort, environment }) {
    this.root = root;
    this.port = port;
    this.dataFolder = path.join(folder, 'data');
    mkdirSync(this.dataFolder, { recursive: true });
    this.environment = {
      PATH: process.env.PATH,
      HOME: folder,
      NODE_ENV: 'production',
      WEB_MODE: 'off',
      PORT: String(port),
      CONTAINER_PORT: String(containerPort),
      DATABASE_PATH: path.join(this.dataFolder, 'chat.db'),
      LOG_LEVEL: 'warn',
      ...environment,
    };
  }

  get databasePath() {
    return this.environment.DATABASE_PATH;
  }

  /** What is left of what it printed, the newest last. */
  get output() {
    return this.#output;
  }

  get headers() {
    return { authorization: `Bearer ${this.#token}`, host: `localhost:${this.port}` };
  }

  launch() {
    const args = ['--enable-source-maps', path.join(this.root, 'main-server/dist/main.js')];
    const child = spawn(process.execPath, args, {
      cwd: this.root,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (this.#output = (this.#output + chunk).slice(-400_000)));
    }
    this.#program = child;
  }

  async whenReady() {
    await waitFor(
      'main-server',
      async () => {
        const { exitCode } = this.#program;
        if (exitCode !== null)
          throw new Error(`main-server ended with ${exitCode}:\n${this.#output.slice(-4_000)}`);
        return this.#isReady();
      },
      { timeoutMs: 60_000 },
    );
  }

  async kill() {
    if (this.#program.exitCode !== null || this.#program.signalCode !== null) return;
    const exited = once(this.#program, 'exit');
    this.#program.kill('SIGKILL');
    await exited;
  }

  /** As an operator stops it. */
  async stop() {
    if (this.#program === null || this.#program.exitCode !== null || this.#program.signalCode !== null)
      return;
    const exited = once(this.#program, 'exit');
    this.#program.kill('SIGTERM');
    const timer = setTimeout(() => this.#program.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(timer);
  }

  /** Makes the first user, and an API token for everything after. */
  async setUp() {
    const token = await waitFor('the setup link', () => /\/setup#(\S+)/.exec(this.#output)?.[1] ?? null);
    const answer = await this.#fetch('POST', '/api/auth/setup', { token, username: 'chaos', password });
    const cookie = answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const created = await this.#fetch('POST', '/api/auth/tokens', { name: 'chaos' }, { cookie });
    this.#token = (await created.json()).secret;
  }

  /** Straight, past the proxies. Throws unless it is answered with 2xx. */
  async api(method, target, body) {
    const answer = await this.#fetch(method, target, body, this.headers);
    const text = await answer.text();
    return text === '' ? null : JSON.parse(text);
  }

  async #isReady() {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/health/ready`)).ok;
    } catch {
      return false; // It does not listen yet.
    }
  }

  async #fetch(method, target, body, headers = {}) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${target}`, {
      method,
      headers: {
        ...(headers.authorization ? {} : { 'sec-fetch-site': 'same-origin' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host')),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
