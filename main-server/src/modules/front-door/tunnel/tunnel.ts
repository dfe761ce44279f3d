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
  /** Null until the first connection: most sessions need none for most of their time, and each costs 20 KB and 1 ms. */
  private session: ClientHttp2Session | null = null;
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
    const session = this.openSession();
    if (session.destroyed || session.closed) throw containerUnreachable();
    const stream = session.request(
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

  private openSession(): ClientHttp2Session {
    if (this.session) return this.session;
    const { streamWindowBytes, connectionsMax } = tunnelLimits;
    const session = connect('http://container', {
      createConnection: () => this.stream,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      maxSessionMemory: 64,
    });
    session.once('connect', () => session.setLocalWindowSize(streamWindowBytes * connectionsMax));
    // The end of the session is told by `close`; each stream reports the error to its own user.
    session.on('error', () => undefined);
    session.once('close', () => this.onClosed());
    return (this.session = session);
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (this.session === null) return this.onClosed();
    if (!this.session.destroyed) this.session.destroy(new Error('The tunnel was lost'));
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
