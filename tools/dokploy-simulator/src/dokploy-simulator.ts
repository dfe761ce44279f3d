import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.ts';
import { ApiKeys } from './api-keys.ts';
import { Dokploy, type DokployOptions, type SimulatedImage } from './dokploy.ts';
import { LogStream } from './log-stream.ts';
import { Misfortunes, type Misfortune } from './misfortunes.ts';
import { RequestSchemas } from './request-schemas.ts';
import { applicationRoutes } from './routes/applications.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { dockerRoutes } from './routes/docker.ts';
import { projectRoutes } from './routes/projects.ts';
import { empty, type Input, type Routes } from './routes/route.ts';
import { settingsRoutes } from './routes/settings.ts';
import { storageRoutes } from './routes/storage.ts';

export interface DokploySimulatorOptions extends Partial<Omit<DokployOptions, 'images' | 'folder'>> {
  readonly host?: string;
  /** 0 takes any free one. */
  readonly port?: number;
  /** An owner's key without a rate limit. */
  readonly apiKey?: string;
  readonly images: Readonly<Record<string, SimulatedImage>>;
}

export interface SimulatedRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly body: unknown;
}

const routes: Routes = {
  ...applicationRoutes,
  ...deploymentRoutes,
  ...dockerRoutes,
  ...projectRoutes,
  ...settingsRoutes,
  ...storageRoutes,
};
const schemas = new RequestSchemas();
const bodyLimit = 1024 * 1024;
const ownNode = {
  id: 'node-own',
  hostname: 'dokploy-host',
  role: 'manager',
  labels: {},
  isSelf: true,
} as const;

export class DokploySimulator implements AsyncDisposable {
  readonly misfortunes = new Misfortunes();
  readonly requests: SimulatedRequest[] = [];
  /** Keys of bodies that Dokploy drops without a word, as `route: key`. */
  readonly droppedKeys = new Set<string>();
  readonly keys: ApiKeys;
  private readonly logs: LogStream;
  private readonly server = createServer((request, response) => void this.serve(request, response));

  private constructor(
    readonly dokploy: Dokploy,
    readonly apiKey: string,
    private readonly folder: string,
  ) {
    this.keys = new ApiKeys(apiKey);
    this.logs = new LogStream(dokploy, this.keys);
    this.server.on('upgrade', (request, socket, head) => this.logs.upgrade(request, socket, head));
  }

  static async start(options: DokploySimulatorOptions): Promise<DokploySimulator> {
    const folder = await mkdtemp(join(tmpdir(), 'dokploy-simulator-'));
    const dokploy = new Dokploy({
      version: 'v0.30.2',
      nodes: [ownNode],
      servers: [],
      pullMs: 10,
      restartDelayMs: 200,
      isRemoteOnly: false,
      ...options,
      folder,
    });
    const simulator = new DokploySimulator(dokploy, options.apiKey ?? 'simulated-key', folder);
    simulator.server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(simulator.server, 'listening');
    return simulator;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Dokploy's own process ends and starts again. */
  restart(): void {
    this.dokploy.restart();
    this.logs.cut();
    this.server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.logs.cut();
    this.server.close();
    this.server.closeAllConnections();
    await this.dokploy.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://simulator');
    const route = url.pathname.replace(/^\/api\//, '');
    const method = request.method ?? '';
    let body: unknown = null;
    response.on('close', () => this.requests.push({ method, route, status: response.statusCode, body }));
    if (route === 'health') return sendJson(response, 200, { ok: true });
    const misfortune = this.misfortunes.strike(route);
    if (misfortune?.type === 'drop-request') return void request.socket.destroy();
    if (misfortune?.type === 'refuse') return refuse(response, misfortune);
    const given =
      method === 'POST' ? await readBody(request, response) : Object.fromEntries(url.searchParams);
    if (given === null) return;
    body = given;
    const work = () => this.answer(request, { method, route, given, response });
    if (misfortune?.type === 'late') {
      setTimeout(() => void work().catch(() => undefined), misfortune.afterMs);
      return void request.socket.destroy();
    }
    let answer: unknown;
    try {
      answer = await work();
    } catch (error) {
      const known =
        error instanceof ApiError ? error : new ApiError('INTERNAL_SERVER_ERROR', (error as Error).message);
      if (misfortune?.type === 'drop-answer') return void request.socket.destroy();
      return sendJson(response, known.status, known.body(route));
    }
    if (misfortune?.type === 'drop-answer') return void request.socket.destroy();
    if (misfortune?.type === 'hang' || response.headersSent) return;
    if (answer === empty) response.writeHead(200, { 'content-type': 'application/json' }).end();
    else sendJson(response, 200, answer);
  }

  private async answer(
    request: IncomingMessage,
    {
      method,
      route,
      given,
      response,
    }: {
      readonly method: string;
      readonly route: string;
      readonly given: Input;
      readonly response: ServerResponse;
    },
  ): Promise<unknown> {
    const caller = this.keys.verify(request.headers['x-api-key']?.toString());
    if (caller === null) {
      sendJson(response, 401, { message: 'Unauthorized' });
      return empty;
    }
    if (route === 'user.createApiKey') {
      return { key: this.keys.create({ isLimited: given['rateLimitEnabled'] !== false }) };
    }
    const handler = routes[route];
    if (handler === undefined || !schemas.has(method, route)) throw new ApiError('NOT_FOUND', 'Not found');
    const input = schemas.check(method, route, given, (keys) => {
      for (const key of keys) this.droppedKeys.add(`${route}: ${key}`);
    });
    const { applicationId } = input;
    if (typeof applicationId === 'string' && this.dokploy.hasApplication(applicationId)) {
      caller.assertMayUse(applicationId);
    }
    return handler(input, {
      dokploy: this.dokploy,
      caller,
      hang: () => new Promise<never>(() => undefined),
    });
  }
}

/** Null when it was answered already: what is wrong with a body is said before anybody asks for a key. */
async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Input | null> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    const error = new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Unsupported content-type');
    sendJson(response, error.status, error.body(''));
    return null;
  }
  const content = await text(request);
  if (Buffer.byteLength(content) > bodyLimit) {
    response.writeHead(413, { 'content-type': 'text/plain' }).end('Body exceeded 1mb limit');
    return null;
  }
  try {
    return JSON.parse(content) as Input;
  } catch {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('Invalid JSON');
    return null;
  }
}

function refuse(
  response: ServerResponse,
  { status, retryAfterS }: Extract<Misfortune, { type: 'refuse' }>,
): void {
  if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS));
  sendJson(response, status, { message: 'Simulated', code: 'INTERNAL_SERVER_ERROR' });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
