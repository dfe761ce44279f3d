import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  protocolVersion,
  type MainFrame,
  type ServerFrame,
  type SessionResponse,
} from '@codex-webapp/contracts';
import { ProcessContainerProvider } from '../../src/modules/containers/providers/process/process.provider.ts';
import { findFreePort } from '../../../tools/processes/free-port.mjs';
import { TestClient } from './test-client.ts';
import { TestSocket } from './test-socket.ts';
import { waitFor } from './wait-for.ts';

const mainServer = path.resolve(import.meta.dirname, '../../dist/main.js');
const password = 'correct horse battery staple';

export interface ServerProcessOptions {
  /** A folder to keep; else one is made and removed. */
  readonly folder?: string;
  readonly provider?: 'manual' | 'process' | 'docker';
  readonly env?: Readonly<Record<string, string>>;
  /** A module that is loaded before the program. */
  readonly preload?: string;
  /** What is started in place of the built program itself, a script that starts it say. */
  readonly entry?: string;
  /** A group of processes of its own, as a terminal gives to what is started in it. */
  readonly hasOwnGroup?: boolean;
}

/** The built program as a process of its own, with an admin who is logged in. */
export class ServerProcess {
  output = '';
  readonly folder: string;
  private child: ChildProcess;
  private cookie = '';
  private apiToken = '';

  private constructor(
    folder: string,
    private readonly isFolderOurs: boolean,
    readonly port: number,
    readonly containerPort: number,
    private readonly provider: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly program: readonly string[],
    private readonly hasOwnGroup: boolean,
  ) {
    this.folder = folder;
  }

  static async start({
    folder,
    provider = 'manual',
    env = {},
    preload,
    entry = mainServer,
    hasOwnGroup = false,
  }: ServerProcessOptions = {}): Promise<ServerProcess> {
    const home = folder ?? (await mkdtemp(path.join(tmpdir(), 'codex-webapp-process-')));
    const ports = [await findFreePort(), await findFreePort()] as const;
    const program = [...(preload === undefined ? [] : ['--import', preload]), entry];
    const server = new ServerProcess(
      home,
      folder === undefined,
      ports[0],
      ports[1],
      provider,
      env,
      program,
      hasOwnGroup,
    );
    await server.start();
    await server.setUp();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get host(): string {
    return `localhost:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get databasePath(): string {
    return path.join(this.folder, 'chat.db');
  }

  /** As the admin's browser. */
  get client(): TestClient {
    return this.anonymous.with({ cookie: this.cookie });
  }

  get anonymous(): TestClient {
    return new TestClient(this.url, { host: this.host, 'sec-fetch-site': 'same-origin' });
  }

  /** Resolves when it is ready. Returns the milliseconds that took. */
  async start(): Promise<number> {
    const startedAt = performance.now();
    this.child = spawn(process.execPath, ['--enable-source-maps', ...this.program], {
      detached: this.hasOwnGroup,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        NODE_ENV: 'production',
        WEB_MODE: 'off',
        LOG_LEVEL: 'warn',
        HOST: '127.0.0.1',
        PORT: String(this.port),
        // Containers come by the address of their network.
        ...(this.provider === 'docker' ? {} : { CONTAINER_HOST: '127.0.0.1' }),
        CONTAINER_PORT: String(this.containerPort),
        DATABASE_PATH: this.databasePath,
        CONTAINER_PROVIDER: this.provider,
        ...this.env,
      },
    });
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    await waitFor(async () => {
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null) throw new Error(`It ended:\n${this.output}`);
      return (await this.readyStatus()) === 200;
    }, 90_000);
    return performance.now() - startedAt;
  }

  /** Of /health/ready; 0 without an answer. */
  async readyStatus(): Promise<number> {
    const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
    return answer?.status ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** As Ctrl-C in a terminal does: to everything that was started in it. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  /** Resolves with the exit code, or the name of the signal that ended it. */
  async ended(): Promise<number | string> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode ?? '';
    const [code, signal] = (await once(this.child, 'exit')) as [number | null, string | null];
    return code ?? signal ?? '';
  }

  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }

  async addSession(request: object = {}): Promise<SessionResponse> {
    const { status, body } = await this.client.post('/api/sessions', request);
    if (status !== 201) throw new Error(`No session: ${status} ${JSON.stringify(body)}`);
    return body as SessionResponse;
  }

  /** The token of the session's container, which somebody else runs. */
  async containerToken(sessionId: string): Promise<string> {
    const { body } = await this.client.post(`/api/sessions/${sessionId}/container/create`);
    return (body as { environment: Record<string, string> }).environment['SESSION_TOKEN'] ?? '';
  }

  /** As that container. */
  container(token: string): TestClient {
    return new TestClient(`http://127.0.0.1:${this.containerPort}`, { authorization: `Bearer ${token}` });
  }

  async openLink(
    sessionId: string,
    token: string,
    outbox: { readonly epoch: string; readonly lastSeq: number },
    runningTurnId: string | null = null,
  ): Promise<TestSocket<MainFrame>> {
    const url = `ws://127.0.0.1:${this.containerPort}/ws/sessions/${sessionId}?role=container`;
    const link = await TestSocket.open<MainFrame>(url, { authorization: `Bearer ${token}` });
    const hello = { type: 'hello', protocolVersion, version: '0.1.0', bootId: 'boot', agents: [] };
    link.send({ ...hello, outbox, runningTurnId });
    await link.wait(({ type }) => type === 'hello');
    return link;
  }

  /** Of a script of the admin's. */
  get scriptHeaders(): { readonly host: string; readonly authorization: string } {
    return { host: this.host, authorization: `Bearer ${this.apiToken}` };
  }

  /** A script that follows a session, subscribed. */
  async openPage(
    sessionId: string,
    cursor: { readonly epoch: string; readonly position: number } | null = null,
  ): Promise<TestSocket<ServerFrame>> {
    const url = `ws://127.0.0.1:${this.port}/ws/sessions/${sessionId}`;
    const page = await TestSocket.open<ServerFrame>(url, this.scriptHeaders);
    page.send({ type: 'subscribe', protocolVersion, cursor });
    return page;
  }

  logIn(): ReturnType<TestClient['post']> {
    return this.anonymous.post('/api/auth/login', { username: 'admin', password });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
    await this.endContainers();
    if (this.isFolderOurs) await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** They outlive main-server by design, also in the middle of the deletion of their session. */
  private async endContainers(): Promise<void> {
    const options = { dataFolder: this.folder, entryFile: '', mainUrl: '', inheritedEnvironment: {} };
    const containers = new ProcessContainerProvider(options);
    for (const { ref } of await containers.list()) await containers.stop(ref, { graceMs: 0 });
  }

  private async setUp(): Promise<void> {
    await waitFor(() => setupLink.test(this.output));
    const answer = await makeFirstAdmin(this.anonymous, this.output, { username: 'admin', password });
    this.cookie = cookieOf(answer.headers);
    const { body } = await this.client.post('/api/auth/tokens', { name: 'test', scope: 'full' });
    this.apiToken = (body as { secret: string }).secret;
  }
}

export const setupLink = /\/setup#(\S+)/;

/** By the link that a server without an admin has printed. @throws unless it works */
export async function makeFirstAdmin(
  anonymous: TestClient,
  output: string,
  admin: { readonly username: string; readonly password: string },
): ReturnType<TestClient['post']> {
  const token = setupLink.exec(output)?.[1];
  const answer = await anonymous.post('/api/auth/setup', { token, ...admin });
  if (answer.status >= 300) throw new Error(`No admin: ${answer.status}`);
  return answer;
}

/** What a browser sends back of an answer's `Set-Cookie`. */
export function cookieOf(headers: Readonly<Record<string, string | string[]>>): string {
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';')[0])
    .join('; ');
}
