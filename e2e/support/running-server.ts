import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { query } from './chat-database.ts';
import { removeInstance } from './docker-engine.ts';
import { processesOfSession } from './processes.ts';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const readyTimeoutMs = 60_000;

export interface RunningServerOptions {
  /** Added to the environment of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real main-server as its own process, with a data folder of its own. */
export class RunningServer {
  private child: ChildProcess | null = null;
  /** Everything it printed since its first start. */
  output = '';

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly containerPort: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start({ environment = {} }: RunningServerOptions = {}): Promise<RunningServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-e2e-'));
    const server = new RunningServer(folder, await findFreePort(), await findFreePort(), environment);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get databasePath(): string {
    return path.join(this.folder, 'chat.db');
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('The server does not run');
    return this.child.pid;
  }

  /** The path and fragment of the link that makes the first admin, e.g. `/setup#…`. */
  get setupLink(): string {
    const link = /https?:\/\/\S+(\/setup#\S+)/.exec(this.output)?.[1];
    if (link === undefined) throw new Error(`No setup link was printed:\n${this.output}`);
    return link;
  }

  /** Resolves when /health/ready answers 200. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--enable-source-maps', 'main-server/dist/main.js'], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        NODE_ENV: 'production',
        WEB_MODE: 'embed',
        PORT: String(this.port),
        CONTAINER_PORT: String(this.containerPort),
        DATABASE_PATH: this.databasePath,
        CONTAINER_PROVIDER: 'process',
        ...this.environment,
      },
    });
    this.child = child;
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await this.isReady())) {
      if (child.exitCode !== null)
        throw new Error(`The server ended with ${child.exitCode}:\n${this.output}`);
      if (Date.now() > deadline) throw new Error(`The server was not ready in time:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Resolves when the process is gone. Sessions go on. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    this.child = null;
  }

  /** Ends the server and everything it started, also what a failed test left behind. */
  async dispose(): Promise<void> {
    await this.end('SIGTERM');
    await this.removeSessions();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** What a SIGTERM leaves running on purpose. */
  private async removeSessions(): Promise<void> {
    const sessions = await query<{ id: string }>(this.databasePath, 'SELECT id FROM sessions');
    for (const pid of sessions.flatMap(({ id }) => processesOfSession(id))) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended since the listing.
      }
    }
    const [row] = await query<{ instance: string }>(
      this.databasePath,
      'SELECT instance_id AS instance FROM server_state',
    );
    if (row !== undefined && this.environment.CONTAINER_PROVIDER === 'docker')
      await removeInstance(row.instance);
  }

  private async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`, {
        signal: AbortSignal.timeout(2_000),
      });
      return answer.status === 200;
    } catch {
      return false;
    }
  }
}
