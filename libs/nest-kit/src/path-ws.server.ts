import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { answerPings } from './answer-pings.ts';
import { compilePath, type PathParams } from './upgrade-path.ts';

/** Which of the app's HTTP servers an upgrade came to. */
export type ListenerName = 'public' | 'containers';

export interface UpgradeContext {
  readonly params: PathParams;
  readonly query: URLSearchParams;
  readonly listener: ListenerName;
}

/** Decides before the handshake. A throw is the HTTP answer; what it returns is `request.authorized` of the connection. */
export type AuthorizeUpgrade<T> = (request: IncomingMessage, context: UpgradeContext) => Promise<T>;

/** The request of an accepted socket, as `handleConnection(socket, request)` gets it. */
export interface AuthorizedRequest<T> extends IncomingMessage {
  readonly authorized: T;
}

export interface PathWsOptions {
  /**
   * e.g. `/ws/sessions/:sessionId`. Several gateways can share a path: a query tells their patterns apart for readers
   * (`?role=client`), and `claims` for upgrades.
   */
  readonly path: string;
  /** Whether an upgrade is this gateway's; looks at the kind of credential only. The first gateway that says so has it. */
  readonly claims?: (request: IncomingMessage, query: URLSearchParams) => boolean;
  /** Bytes of one message; more closes the socket with 1009. */
  readonly maxPayload?: number;
  /** Milliseconds between pings, and of silence after which a peer is given up. */
  readonly pingMs?: number;
  readonly deadMs?: number;
}

/** The sockets of one path. Refuses everybody until the gateway said, in `afterInit`, who may come in. */
export class PathWsServer extends WebSocketServer {
  private readonly matchPath: (pathname: string) => PathParams | null;
  private readonly claims: NonNullable<PathWsOptions['claims']>;
  private readonly pingMs: number;
  private readonly deadMs: number;
  private readonly lastSeen = new WeakMap<WebSocket, number>();
  private readonly lastPing = new WeakMap<WebSocket, number>();
  private authorizeUpgrade: AuthorizeUpgrade<unknown> | null = null;

  constructor(options: PathWsOptions) {
    // Compression costs more than it saves for small frames, and memory per socket.
    super({
      noServer: true,
      maxPayload: options.maxPayload ?? 64 * 1024,
      perMessageDeflate: false,
      autoPong: false,
    });
    this.matchPath = compilePath(options.path.split('?')[0] ?? '');
    this.claims = options.claims ?? (() => true);
    this.pingMs = options.pingMs ?? 25_000;
    this.deadMs = options.deadMs ?? 60_000;
  }

  /** The path's parameters, or null where another gateway is meant. */
  match(request: IncomingMessage, { pathname, searchParams }: URL): PathParams | null {
    const params = this.matchPath(pathname);
    return params !== null && this.claims(request, searchParams) ? params : null;
  }

  get isGuarded(): boolean {
    return this.authorizeUpgrade !== null;
  }

  authorizeWith<T>(authorize: AuthorizeUpgrade<T>): void {
    this.authorizeUpgrade = authorize;
  }

  authorize(request: IncomingMessage, context: UpgradeContext): Promise<unknown> {
    if (!this.authorizeUpgrade)
      return Promise.reject(new Error('A gateway without authorizeWith() accepts nobody'));
    return this.authorizeUpgrade(request, context);
  }

  /** Watches for life signs of a new socket. */
  watch(socket: WebSocket, now: number): void {
    answerPings(socket);
    const seen = (): void => void this.lastSeen.set(socket, performance.now());
    this.lastSeen.set(socket, now);
    this.lastPing.set(socket, now);
    socket.on('pong', seen).on('ping', seen).on('message', seen);
  }

  /** Pings who was quiet and gives up who stayed quiet. Times are of the monotonic clock. */
  beat(now: number): void {
    for (const socket of this.clients) {
      const quietMs = now - (this.lastSeen.get(socket) ?? now);
      if (quietMs >= this.deadMs) socket.terminate();
      else if (now - (this.lastPing.get(socket) ?? now) >= this.pingMs) {
        this.lastPing.set(socket, now);
        socket.ping();
      }
    }
  }
}
