import {
  Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError, refuseUpgrade } from '@codex-webapp/nest-kit';
import { hopHeaders } from '../../common/hop-headers.ts';
import { joinSockets } from '../front-door/join-sockets.ts';

/** The development server reloads pages over a socket that is silent for long. */
const idleMs = 60 * 60 * 1_000;

/** Next in another process, which is ours too: it gets the request as it came. */
export class NextProxy {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly origin: string) {}

  /** Headers that `response` has already win over those of Next. */
  request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      const upstream = httpRequest(this.origin, {
        agent: this.agent,
        method: request.method,
        path: request.url,
        headers: this.headersOf(request.headers, request.headers['transfer-encoding']),
      });
      upstream.on('error', (cause) => reject(webUnreachable(cause)));
      upstream.on('response', (answer) => {
        const own = response.getHeaders();
        const headers = Object.entries(passed(answer.headers)).filter(([name]) => !(name in own));
        response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      });
      response.once('close', () => {
        upstream.destroy();
        resolve();
      });
      request.pipe(upstream);
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = httpRequest(this.origin, {
      method: 'GET',
      path: request.url,
      headers: { ...passed(request.headers), connection: 'Upgrade', upgrade: 'websocket' },
    });
    upstream.on('error', (cause) => refuseUpgrade(socket, webUnreachable(cause)));
    upstream.on('response', (answer) => {
      answer.destroy();
      refuseUpgrade(socket, webUnreachable());
    });
    upstream.on('upgrade', (answer, next, nextHead) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.write(nextHead);
      next.write(head);
      joinSockets(socket, next, { idleMs });
    });
    socket.once('close', () => upstream.destroy());
    upstream.end();
  }

  stop(): void {
    this.agent.destroy();
  }

  private headersOf(headers: IncomingHttpHeaders, transferEncoding: string | undefined): OutgoingHttpHeaders {
    return {
      ...passed(headers),
      ...(transferEncoding === undefined ? {} : { 'transfer-encoding': 'chunked' }),
    };
  }
}

function passed(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)));
}

function webUnreachable(cause?: unknown): DomainError {
  return new DomainError('internal', {
    message: 'The web UI does not answer. Look at its log, or wait until it has started.',
    cause,
  });
}
