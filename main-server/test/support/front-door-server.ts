import 'reflect-metadata';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SessionResponse, TicketResponse } from '@codex-webapp/contracts';
import { SystemClock } from '@codex-webapp/nest-kit';
import { ReverseTunnel } from '../../../container-agent/src/main-link/reverse-tunnel.ts';
import { AppModule } from '../../src/app.module.ts';
import { PublicOrigin } from '../../src/common/public-origin.ts';
import { WriteQueue } from '../../src/database/write-queue.ts';
import { configureHttpApp } from '../../src/http-app.ts';
import { SessionTokensService } from '../../src/modules/auth/session-tokens.service.ts';
import { SetupService } from '../../src/modules/auth/setup.service.ts';
import { RunningServer } from '../../src/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const password = 'correct horse battery';

/** The real app on real ports with an admin who is logged in; sessions get a container that is a tunnel client alone. */
export class FrontDoorServer implements AsyncDisposable {
  private readonly tunnels: ReverseTunnel[] = [];

  private constructor(
    readonly app: NestExpressApplication,
    private readonly server: RunningServer,
    private readonly folder: string,
    readonly cookie: string,
  ) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<FrontDoorServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'front-door-'));
    const sessionUi = path.join(folder, 'session-ui');
    await mkdir(path.join(sessionUi, 'assets'), { recursive: true });
    await writeFile(path.join(sessionUi, 'index.html'), '<!doctype html><title>Session UI</title>');
    await writeFile(path.join(sessionUi, 'assets', 'app-1234.js'), 'export {};');
    Object.assign(process.env, {
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      PORT: '0',
      CONTAINER_PORT: '0',
      CONTAINER_HOST: '127.0.0.1',
      CONTAINER_PROVIDER: 'manual',
      WEB_MODE: 'off',
      DATABASE_PATH: path.join(folder, 'chat.db'),
      SESSION_UI_PATH: sessionUi,
      ...environment,
    });
    const app = await NestFactory.create<NestExpressApplication>(AppModule, {
      bodyParser: false,
      abortOnError: false,
      logger: ['error', 'fatal'],
    });
    const server = await RunningServer.start(app, configureHttpApp(app, []));
    const cookie = await setUp(app, server.port);
    return new FrontDoorServer(app, server, folder, cookie);
  }

  get port(): number {
    return this.server.port;
  }

  get host(): string {
    return `localhost:${this.port}`;
  }

  get origin(): string {
    return this.app.get(PublicOrigin).app;
  }

  ask(question: Ask): Promise<Answer> {
    return ask(this.port, question);
  }

  /** Asks the app's own API with the login's cookie, as a page of the app does. */
  async api<T>(method: string, apiPath: string, body?: unknown): Promise<T> {
    const answer = await this.ask({
      host: this.host,
      method,
      path: apiPath,
      headers: {
        cookie: this.cookie,
        'sec-fetch-site': 'same-origin',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${apiPath}: ${answer.status} ${answer.body}`);
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T;
  }

  async createSession(): Promise<EnteredSession> {
    const session = await this.api<SessionResponse>('POST', '/api/sessions', { title: 'A session' });
    return new EnteredSession(this, session, await this.enter(session));
  }

  /** The cookie of a session's origin, got as the app and the entry page get it. */
  async enter(session: SessionResponse): Promise<string> {
    const ticket = await this.ticket(session.id, 'enter');
    const answer = await this.postTicket(new URL(session.origin).host, ticket);
    if (answer.status !== 204) throw new Error(`enter: ${answer.status} ${answer.body}`);
    return answer.headers['set-cookie']![0]!.split(';')[0]!;
  }

  async ticket(sessionId: string, purpose: 'enter' | 'socket'): Promise<string> {
    const { ticket } = await this.api<TicketResponse>('POST', `/api/sessions/${sessionId}/ws-ticket`, { purpose });
    return ticket;
  }

  postTicket(host: string, ticket: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask({
      host,
      method: 'POST',
      path: '/__session/enter',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ticket }),
    });
  }

  /** The session token of a container of this generation. */
  async tokenOf(sessionId: string, generation = 1): Promise<string> {
    const issuedAt = Math.floor(Date.now() / 1_000);
    await this.app.get(WriteQueue).run((manager) =>
      manager.query(
        `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, updated_at)
         VALUES (?, 'manual', 'running', 'running', ?, ?, 0)
         ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation`,
        [sessionId, generation, issuedAt],
      ),
    );
    return this.app.get(SessionTokensService).issue({ sessionId, generation, issuedAt });
  }

  /** Opens the container's end of the tunnel; `agentPort` plays container-agent. */
  async openTunnel(sessionId: string, agentPort: number): Promise<ReverseTunnel> {
    const sessionToken = await this.tokenOf(sessionId);
    const tunnel = new ReverseTunnel(new SystemClock());
    tunnel.start({ mainAppWsUrl: `ws://127.0.0.1:${this.server.containerPort}`, sessionId, sessionToken, agentPort });
    this.tunnels.push(tunnel);
    return tunnel;
  }

  get containerPort(): number {
    return this.server.containerPort;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tunnel of this.tunnels) tunnel.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A session and the cookie of a browser that entered it. */
export class EnteredSession {
  readonly host: string;
  readonly origin: string;
  readonly id: string;

  constructor(
    private readonly server: FrontDoorServer,
    readonly response: SessionResponse,
    readonly cookie: string,
  ) {
    this.id = response.id;
    this.origin = response.origin;
    this.host = new URL(response.origin).host;
  }

  /** As a script of the session's own page asks. */
  ask(pathOrAsk: string | Omit<Ask, 'host'>): Promise<Answer> {
    const question = typeof pathOrAsk === 'string' ? { path: pathOrAsk } : pathOrAsk;
    return this.server.ask({
      ...question,
      host: this.host,
      headers: { cookie: this.cookie, 'sec-fetch-site': 'same-origin', ...question.headers },
    });
  }

  /** As a frame or a tab opens it. */
  open(pagePath: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.server.ask({
      host: this.host,
      path: pagePath,
      headers: {
        cookie: this.cookie,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'iframe',
        ...headers,
      },
    });
  }
}

/** Node does not resolve `*.localhost`, so the name goes into the header alone. */
export async function ask(port: number, { host, headers, body, ...rest }: Ask): Promise<Answer> {
  const options: RequestOptions = { ...rest, port, host: '127.0.0.1', headers: { ...headers, host }, agent: false };
  const outgoing = httpRequest(options);
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

async function setUp(app: NestExpressApplication, port: number): Promise<string> {
  const link = await app.get(SetupService, { strict: false }).findLink();
  const token = new URL(link ?? '').hash.slice(1);
  const answer = await ask(port, {
    host: `localhost:${port}`,
    method: 'POST',
    path: '/api/auth/setup',
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    body: JSON.stringify({ token: token.replace(/^token=/, ''), username: 'ada', password }),
  });
  if (answer.status >= 400) throw new Error(`setup: ${answer.status} ${answer.body}`);
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
}
