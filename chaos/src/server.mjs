import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startNode, stop } from '../../tools/processes/processes.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const password = 'correct horse battery staple';

/** The built main-server on its own data folder, killed and started again on the same ports. */
export class Server {
  #program = null;
  #earlierOutput = '';
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
    return (this.#earlierOutput + (this.#program?.output ?? '')).slice(-400_000);
  }

  get headers() {
    return { authorization: `Bearer ${this.#token}`, host: `localhost:${this.port}` };
  }

  launch() {
    this.#earlierOutput = this.output;
    const args = ['--enable-source-maps', path.join(this.root, 'main-server/dist/main.js')];
    this.#program = startNode(args, this.environment, { cwd: this.root });
  }

  async whenReady() {
    const { child } = this.#program;
    await waitFor(
      'main-server',
      async () => {
        if (child.exitCode !== null)
          throw new Error(`main-server ended with ${child.exitCode}:\n${this.#program.output.slice(-4_000)}`);
        return this.#isReady();
      },
      { timeoutMs: 60_000, everyMs: 50 },
    );
  }

  async kill() {
    const { child } = this.#program;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** As an operator stops it. */
  async stop() {
    if (this.#program !== null) await stop(this.#program);
  }

  /** Makes the first user, and an API token for everything after. */
  async setUp() {
    const token = await waitFor('the setup link', () => /\/setup#(\S+)/.exec(this.output)?.[1] ?? null);
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
