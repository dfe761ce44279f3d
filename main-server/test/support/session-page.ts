import { once } from 'node:events';
import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { text } from 'node:stream/consumers';
import type { SessionResponse, TicketResponse } from '@codex-webapp/contracts';
import { SystemClock } from '@codex-webapp/nest-kit';
import { ReverseTunnel } from '../../../container-agent/src/main-link/reverse-tunnel.ts';
import { WriteQueue } from '../../src/database/write-queue.ts';
import { SessionTokensService } from '../../src/modules/auth/session-tokens.service.ts';
import { ContainerIdentityService } from '../../src/modules/session-state/container-identity.service.ts';
import type { TestApp, TestUser } from './create-test-app.ts';

/** What a browser needs of the app: one in this process, or a `ServerProcess`. */
export type PageHost = Pick<TestApp, 'url' | 'as'>;

type PageUser = Pick<TestUser, 'cookie'>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Node does not resolve `*.localhost`, so the name goes into the header alone. */
export async function ask(
  app: Pick<PageHost, 'url'>,
  host: string,
  { headers, body, ...rest }: Ask = {},
): Promise<Answer> {
  const { hostname, port } = new URL(app.url);
  const outgoing = httpRequest({ ...rest, hostname, port, headers: { ...headers, host }, agent: false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

export async function ticketFor(
  app: PageHost,
  user: PageUser,
  sessionId: string,
  purpose: 'enter' | 'socket',
): Promise<string> {
  const { body } = await app.as(user).post(`/api/sessions/${sessionId}/ws-ticket`, { purpose });
  return (body as TicketResponse).ticket;
}

/** What the script of the entry page does. */
export function postTicket(
  app: Pick<PageHost, 'url'>,
  host: string,
  ticket: string,
  headers = {},
): Promise<Answer> {
  return ask(app, host, {
    method: 'POST',
    path: '/__session/enter',
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ticket }),
  });
}

/** A session and a browser that entered its origin. */
export class SessionPage {
  readonly id: string;
  readonly origin: string;
  readonly host: string;

  private constructor(
    private readonly app: PageHost,
    readonly session: SessionResponse,
    readonly cookie: string,
  ) {
    this.id = session.id;
    this.origin = session.origin;
    this.host = new URL(session.origin).host;
  }

  static async open(app: TestApp, user: TestUser, session?: SessionResponse): Promise<SessionPage> {
    return SessionPage.enter(app, user, session ?? (await app.addSession(user)));
  }

  static async enter(app: PageHost, user: PageUser, session: SessionResponse): Promise<SessionPage> {
    const ticket = await ticketFor(app, user, session.id, 'enter');
    const answer = await postTicket(app, new URL(session.origin).host, ticket);
    if (answer.status !== 204) throw new Error(`Not entered: ${answer.status} ${answer.body}`);
    return new SessionPage(app, session, answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '');
  }

  /** As a script of the session's own page. */
  ask(question: string | Ask): Promise<Answer> {
    const { headers, ...rest } = typeof question === 'string' ? { path: question, headers: {} } : question;
    return ask(this.app, this.host, {
      ...rest,
      headers: { cookie: this.cookie, 'sec-fetch-site': 'same-origin', ...headers },
    });
  }

  /** As the frame in the app's page, or a tab. */
  navigate(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.app, this.host, {
      path,
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

/** The session token of a container of that generation, which becomes the current one. */
export async function sessionToken(app: TestApp, sessionId: string, generation = 1): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1_000);
  await app.get(WriteQueue).run((manager) =>
    manager.query(
      `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, updated_at)
       VALUES (?, 'manual', 'running', 'running', ?, ?, 0)
       ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation`,
      [sessionId, generation, issuedAt],
    ),
  );
  app.get(ContainerIdentityService).forget(sessionId);
  return app.get(SessionTokensService).issue({ sessionId, generation, issuedAt });
}

/** Opens the container's end of a session's tunnel; `agentServer` plays container-agent. */
export function openTunnel(
  app: TestApp,
  sessionId: string,
  token: string,
  agentServer: Server,
): ReverseTunnel {
  const tunnel = new ReverseTunnel(new SystemClock());
  tunnel.start({
    mainAppWsUrl: app.containerUrl.replace(/^http/, 'ws'),
    sessionId,
    sessionToken: token,
    agentServer,
  });
  return tunnel;
}
