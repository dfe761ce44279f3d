import { EventEmitter, once } from 'node:events';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { createTunnelStream, DomainError } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import { TunnelAgent } from './tunnel-agent.ts';

export const tunnelLimits = {
  connectTimeoutMs: 3_000,
  connectionsMax: 64,
  pingEveryMs: 25_000,
  /** Ports whose connections are kept for the next request. */
  portsMax: 8,
  /** Of each port. */
  portConnectionsMax: 32,
  /** Of each stream. Times `connectionsMax` it is the window of all, so that a stalled reader never stops the others. */
  streamWindowBytes: 256 * 1024,
} as const;

/** Where container-agent itself listens, whatever its port. */
const agentAuthority = 'container-agent:80';

/**
 * The socket a container opened to us, used the other way round: we are the HTTP/2 client on it, and each CONNECT
 * stream is a TCP connection to a loopback port inside the container. Emits `closed` once.
 */
export class Tunnel extends EventEmitter<{ closed: [] }> {
  /** For requests to container-agent. */
  readonly agent: TunnelAgent;
  /** The ones used last at the end. */
  private readonly portAgents = new Map<number, TunnelAgent>();
  private readonly stream: Duplex;
  /**
   * Null until the first connection: most tunnels have none for most of their time, and HTTP/2 costs 20 kB of memory and
   * 1 ms of processor time for each.
   */
  private http2: ClientHttp2Session | null = null;
  private isEnded = false;
  private readonly ping: NodeJS.Timeout;
  private isAlive = true;

  /** `key` signs what we send, see `signFrontDoorRequest`. */
  constructor(
    private readonly socket: WebSocket,
    readonly sessionId: string,
    readonly generation: number,
    readonly key: Buffer,
  ) {
    super();
    this.stream = createTunnelStream(socket);
    // Its end is told by the socket's close, also before anybody has used it.
    this.stream.on('error', () => undefined);
    this.agent = new TunnelAgent(() => this.connect(agentAuthority), {
      maxSockets: tunnelLimits.connectionsMax,
      keepAlive: true,
    });
    // Node does not notice by itself that a socket below HTTP/2 is gone unless the socket is its own.
    socket.once('close', () => this.end());
    socket.on('error', () => undefined);
    socket.on('pong', () => (this.isAlive = true));
    this.ping = setInterval(() => this.checkLife(), tunnelLimits.pingEveryMs).unref();
  }

  /** A TCP connection to a loopback port of the container. @throws container.unreachable */
  connectPort(port: number): Promise<ClientHttp2Stream> {
    return this.connect(`127.0.0.1:${port}`);
  }

  /** For requests to a loopback port of the container. */
  agentOf(port: number): TunnelAgent {
    const agent =
      this.portAgents.get(port) ??
      new TunnelAgent(() => this.connectPort(port), {
        maxSockets: tunnelLimits.portConnectionsMax,
        // A user's server may end an idle connection in the moment in which a request is sent over it.
        keepAlive: false,
      });
    this.portAgents.delete(port);
    this.portAgents.set(port, agent);
    const [oldest] = this.portAgents;
    if (this.portAgents.size > tunnelLimits.portsMax && oldest) this.portAgents.delete(oldest[0]);
    return agent;
  }

  /** Ends every stream with an error, at once. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.end();
  }

  private async connect(authority: string): Promise<ClientHttp2Stream> {
    if (this.isEnded) throw containerUnreachable();
    const http2 = this.ensureHttp2();
    if (http2.destroyed || http2.closed) throw containerUnreachable();
    const stream = http2.request(
      { [constants.HTTP2_HEADER_METHOD]: 'CONNECT', [constants.HTTP2_HEADER_AUTHORITY]: authority },
      { endStream: false },
    );
    try {
      const status = await statusOf(stream);
      if (status !== 200) throw new Error(`CONNECT was answered with ${status}`);
    } catch (error) {
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      throw containerUnreachable(error);
    }
    return stream;
  }

  private ensureHttp2(): ClientHttp2Session {
    if (this.http2) return this.http2;
    const { streamWindowBytes, connectionsMax } = tunnelLimits;
    const http2 = connect('http://container', {
      createConnection: () => this.stream,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      maxSessionMemory: 64,
    });
    http2.once('connect', () => {
      // What the container sent before may have ended it already.
      if (!http2.destroyed) http2.setLocalWindowSize(streamWindowBytes * connectionsMax);
    });
    // The end of the session is told by `close`; each stream reports the error to its own user.
    http2.on('error', () => undefined);
    http2.once('close', () => this.onClosed());
    this.http2 = http2;
    return http2;
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (this.http2 === null) return this.onClosed();
    if (!this.http2.destroyed) this.http2.destroy(new Error('The tunnel was lost'));
  }

  private checkLife(): void {
    if (!this.isAlive) return this.socket.terminate();
    this.isAlive = false;
    this.socket.ping();
  }

  private onClosed(): void {
    clearInterval(this.ping);
    for (const agent of [this.agent, ...this.portAgents.values()]) agent.destroy();
    this.socket.terminate();
    this.emit('closed');
  }
}

/** Rejects when the stream fails or closes first, or after the deadline. */
async function statusOf(stream: ClientHttp2Stream): Promise<number | undefined> {
  const over = new AbortController();
  const abort = (): void => over.abort();
  const timer = setTimeout(abort, tunnelLimits.connectTimeoutMs);
  stream.once('close', abort);
  try {
    const [headers] = (await once(stream, 'response', { signal: over.signal })) as [{ ':status'?: number }];
    return headers[':status'];
  } finally {
    clearTimeout(timer);
    stream.off('close', abort);
  }
}

export function containerUnreachable(cause?: unknown): DomainError {
  return new DomainError('container.unreachable', {
    message:
      "The session's container does not answer. Start it, or send a prompt, which wakes it, and try again.",
    cause,
  });
}
