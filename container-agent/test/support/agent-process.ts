import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deriveFrontDoorKey, frontDoorHeader, signFrontDoorRequest } from '@codex-webapp/nest-kit';
import { ScriptedMainServer } from './scripted-main-server.ts';
import { waitFor } from './wait-for.ts';

interface PlainRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly redirect?: 'manual';
}

const entry = path.resolve(
  import.meta.dirname,
  '../..',
  process.env['CONTAINER_AGENT_BUILD'] ?? 'dist',
  'main.js',
);

/** The built container-agent as a process, its folders, and the main-server it talks to. */
export class AgentProcess implements AsyncDisposable {
  readonly main = new ScriptedMainServer(`session-${randomUUID()}`, 'token-1');
  readonly workspace: string;
  output = '';
  exitCode: number | null | undefined;
  private child: ChildProcess | null = null;
  private port = 0;

  private constructor(readonly folder: string) {
    this.workspace = path.join(folder, 'workspace');
  }

  static async start(
    env: Record<string, string> = {},
    folder = mkdtempSync(path.join(tmpdir(), 'container-agent-')),
  ): Promise<AgentProcess> {
    const agent = new AgentProcess(folder);
    mkdirSync(agent.workspace, { recursive: true });
    await agent.main.start();
    await agent.run(env);
    await waitFor(() => agent.main.hellos.length > 0, 30_000, `the link\n${agent.output}`);
    return agent;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get home(): string {
    return path.join(this.folder, 'home');
  }

  /** Starts the program on the same folders; a second call is the next process of the same session. */
  async run(env: Record<string, string> = {}): Promise<void> {
    mkdirSync(this.home, { recursive: true });
    this.output = '';
    this.exitCode = undefined;
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        SESSION_ID: this.main.sessionId,
        SESSION_TOKEN: this.main.token,
        MAIN_APP_URL: this.main.url,
        WORKSPACE_PATH: this.workspace,
        AGENT_HOME: this.home,
        PORT: '0',
        ...env,
      },
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.on('exit', (code) => (this.exitCode = code));
    await waitFor(
      () => this.hasStarted() || this.exitCode !== undefined,
      60_000,
      `the start\n${this.output}`,
    );
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child?.kill(signal);
    await waitFor(() => this.exitCode !== undefined, 15_000, 'the exit');
  }

  get listeningPort(): number {
    return this.port;
  }

  /** The path of the link that was printed last. */
  newestLink(): string {
    return [...this.output.matchAll(/\/local\/enter\?token=[\w-]+/g)].at(-1)?.[0] ?? '';
  }

  proveFor(method: string, url: string): Record<string, string> {
    const key = deriveFrontDoorKey(this.main.token);
    return { [frontDoorHeader]: signFrontDoorRequest(key, { method, path: url }, Date.now()) };
  }

  /** Asks as the front door does. */
  fetch(url: string, init: PlainRequest = {}): Promise<Response> {
    return this.fetchPlain(url, {
      ...init,
      headers: { ...init.headers, ...this.proveFor(init.method ?? 'GET', url) },
    });
  }

  fetchPlain(url: string, init: PlainRequest = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${url}`, { signal: AbortSignal.timeout(10_000), ...init });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.exitCode === undefined) await this.kill();
    await this.main.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private hasStarted(): boolean {
    const port = /"?port"?:\s*(\d+)/.exec(this.output)?.[1];
    if (port === undefined) return false;
    this.port = Number(port);
    return true;
  }
}
