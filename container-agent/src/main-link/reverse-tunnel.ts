import type { Server } from 'node:http';
import {
  createServer,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { asSocket, Clock, createTunnelStream } from '@codex-webapp/nest-kit';
import { WebSocket } from 'ws';

export interface ReverseTunnelOptions {
  /** Of main-server's listener, e.g. `ws://host:3010`, without a trailing slash. */
  readonly mainAppWsUrl: string;
  readonly sessionId: string;
  readonly sessionToken: string;
  /** container-agent's own HTTP server, listening. */
  readonly agentServer: Server;
}

/** main-server pings every 25 s; without a sign of life for this long the socket is dead. */
const silenceMaxMs = 60_000;
const firstRetryMs = 250;
const lastRetryMs = 10_000;
/** As on main-server: room for a full stream window on each of 64 streams, so that a stalled one stops no other. */
const streamWindowBytes = 256 * 1024;
const sessionWindowBytes = 64 * streamWindowBytes;
/** In this order: a development server listens on one of them, as its system resolves `localhost`. */
const loopbacks = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const agentAuthority = 'container-agent:80';

/**
 * Lets main-server reach loopback ports of this container although nothing here listens to the outside: an outgoing
 * WebSocket on which main-server is an HTTP/2 client and each CONNECT stream becomes a TCP connection.
 * Reconnects until it is stopped.
 */
@Injectable()
export class ReverseTunnel implements OnApplicationShutdown {
  private readonly logger = new Logger(ReverseTunnel.name);
  private readonly http2 = createServer({
    settings: { initialWindowSize: streamWindowBytes, maxConcurrentStreams: 1_024 },
    maxSessionMemory: 64,
  });
  private options: ReverseTunnelOptions | null = null;
  private socket: WebSocket | null = null;
  private cancelTimer = (): void => undefined;
  private failures = 0;

  constructor(private readonly clock: Clock) {
    this.http2.on('stream', (stream, headers) => this.serve(stream, headers));
    // A broken session ends its own streams, and with them their connections.
    this.http2.on('sessionError', () => undefined);
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** Returns at once; the tunnel opens when main-server answers. */
  start(options: ReverseTunnelOptions): void {
    this.stop();
    this.options = options;
    this.dial();
  }

  /** Ends the tunnel and every connection through it. */
  stop(): void {
    this.options = null;
    this.cancelTimer();
    this.socket?.terminate();
    this.socket = null;
  }

  private dial(): void {
    const { options } = this;
    if (!options) return;
    const socket = new WebSocket(`${options.mainAppWsUrl}/ws/sessions/${options.sessionId}/tunnel`, {
      headers: { authorization: `Bearer ${options.sessionToken}` },
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
      followRedirects: false,
    });
    this.socket = socket;
    socket.once('open', () => this.onOpen(socket));
    socket.on('ping', () => this.expectPing(socket));
    socket.on('error', (error) => this.logger.debug({ msg: 'Tunnel socket failed', reason: error.message }));
    socket.once('close', (code) => this.onClose(socket, code));
  }

  private onOpen(socket: WebSocket): void {
    this.failures = 0;
    this.logger.log({ msg: 'Tunnel opened' });
    this.expectPing(socket);
    const stream = createTunnelStream(socket);
    stream.on('error', () => undefined);
    this.http2.once('session', (session) => endWithSocket(session, socket));
    this.http2.emit('connection', stream);
  }

  private onClose(socket: WebSocket, code: number): void {
    if (this.socket !== socket) return;
    this.cancelTimer();
    this.socket = null;
    const delayMs = Math.min(lastRetryMs, firstRetryMs * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.failures += 1;
    this.logger.debug({ msg: 'Tunnel closed', code, retryInMs: Math.round(delayMs) });
    this.cancelTimer = this.clock.schedule(delayMs, () => this.dial());
  }

  private expectPing(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.cancelTimer();
    this.cancelTimer = this.clock.schedule(silenceMaxMs, () => socket.terminate());
  }

  private serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    if (!this.options || headers[constants.HTTP2_HEADER_METHOD] !== 'CONNECT') return refuse(stream, 403);
    const { agentServer } = this.options;
    const authority = String(headers[constants.HTTP2_HEADER_AUTHORITY]);
    if (authority === agentAuthority) return handOver(stream, agentServer);
    const port = portOf(authority);
    // Our own port is reached by its name only, so that a preview can never be of it.
    if (port === null || port === (agentServer.address() as AddressInfo).port) return refuse(stream, 403);
    const target = connect({
      host: 'localhost',
      lookup: lookUpLoopback,
      autoSelectFamily: true,
      port,
      allowHalfOpen: true,
      noDelay: true,
    });
    const onFailure = (): void => refuse(stream, 502);
    target.once('error', onFailure);
    target.once('connect', () => {
      target.off('error', onFailure);
      join(stream, target);
    });
    stream.once('close', () => target.destroy());
  }
}

/** Nobody is asked what `localhost` is. */
const lookUpLoopback: LookupFunction = (_host, _options, found) => found(null, loopbacks);

/** Null for everything that is not a loopback port. */
function portOf(authority: string): number | null {
  const port = Number(/^127\.0\.0\.1:([1-9]\d{0,4})$/.exec(authority)?.[1]);
  return port <= 65_535 ? port : null;
}

/** The stream is a connection to our own server, which takes it as it is: no way through the kernel and back. */
function handOver(stream: ServerHttp2Stream, server: Server): void {
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200 });
  server.emit('connection', asSocket(stream));
}

/** Node does not notice by itself that a socket below HTTP/2 is gone unless the socket is its own. */
function endWithSocket(session: ServerHttp2Session, socket: WebSocket): void {
  session.setLocalWindowSize(sessionWindowBytes);
  socket.once('close', () => {
    if (!session.destroyed) session.destroy();
  });
}

/** One connection, both ways. A half that ends is ended on the other side; a half that breaks breaks the other. */
function join(stream: ServerHttp2Stream, target: Socket): void {
  if (stream.destroyed) return void target.destroy();
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200 });
  target.on('error', () => stream.close(constants.NGHTTP2_CONNECT_ERROR));
  stream.pipe(target);
  target.pipe(stream);
}

function refuse(stream: ServerHttp2Stream, status: number): void {
  if (stream.destroyed) return;
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: status }, { endStream: true });
  stream.close();
}
