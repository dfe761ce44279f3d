import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocket } from 'ws';
import { closeCodes, toRetryReason } from '@codex-webapp/contracts';
import { DomainError } from './domain-error.ts';
import { type ListenerName, type PathWsOptions, PathWsServer } from './path-ws.server.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export type UpgradeFallback = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const beatMs = 1_000;
/** How long peers have for the closing handshake when the server stops. */
const closeGraceMs = 1_000;
/** About what a start takes. */
const retryAfterMs = 1_000;

/**
 * WebSocket gateways with path parameters, authorized before the 101 with real HTTP statuses, on one or more HTTP
 * servers. Nest's own adapter compares paths as they are and destroys every upgrade it does not know.
 */
export class PathWsAdapter extends WsAdapter {
  private readonly servers: PathWsServer[] = [];
  private readonly attached = new Map<Server, UpgradeFallback>();
  private readonly beatTimer = setInterval(() => this.beat(), beatMs).unref();
  private fallback: UpgradeFallback = (_request, socket) =>
    refuseUpgrade(
      socket,
      new DomainError('route.not_found', { message: 'There is no socket at this path.' }),
    );
  private isStopping = false;

  constructor(private readonly app: INestApplicationContext & { getHttpServer(): Server }) {
    super(app);
  }

  /** Upgrades that no gateway claims, e.g. those of a development server behind us. */
  fallBackTo(fallback: UpgradeFallback): void {
    this.fallback = fallback;
  }

  /** Serves the gateways on one more HTTP server. The app's own is attached with the first gateway. */
  attach(server: Server, listener: ListenerName): void {
    if (this.attached.has(server)) return;
    const onUpgrade: UpgradeFallback = (request, socket, head) =>
      this.handleUpgrade(request, socket, head, listener);
    this.attached.set(server, onUpgrade);
    server.on('upgrade', onUpgrade);
  }

  /** Decides about one upgrade and answers it. Never throws. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, listener: ListenerName): void {
    // Without a listener an error of a peer that went away would end the process.
    socket.on('error', () => socket.destroy());
    this.upgrade(request, socket, head, listener).catch((error: unknown) => refuseUpgrade(socket, error));
  }

  override create(_port: number, options: PathWsOptions): PathWsServer {
    this.attach(this.app.getHttpServer(), 'public');
    const server = new PathWsServer(options);
    this.servers.push(server);
    this.bindErrorHandler(server);
    return server;
  }

  /** Gateways read their sockets themselves: Nest would parse every frame once more, and hold four streams per socket. */
  override bindMessageHandlers(_client: unknown, handlers: readonly unknown[]): void {
    if (handlers.length > 0) throw new Error('@SubscribeMessage is not served; listen to the socket');
  }

  /** Nor is `handleDisconnect` called: a socket has an event for it. */
  override bindClientDisconnect(): void {}

  /** From now on upgrades get 503, so that nobody comes back before the restart. */
  stopAccepting(): void {
    this.isStopping = true;
  }

  override async close(server: PathWsServer): Promise<void> {
    this.stopAccepting();
    const sockets = [...server.clients];
    for (const socket of sockets) socket.close(closeCodes.restarting, toRetryReason(retryAfterMs));
    await Promise.race([Promise.all(sockets.map(closed)), waitUnref(closeGraceMs)]);
    for (const socket of sockets) socket.terminate();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  override dispose(): Promise<void> {
    clearInterval(this.beatTimer);
    for (const [server, onUpgrade] of this.attached) server.off('upgrade', onUpgrade);
    this.attached.clear();
    return Promise.resolve();
  }

  private async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    listener: ListenerName,
  ): Promise<void> {
    const target = parseTarget(request);
    for (const server of this.servers) {
      const params = server.match(request, target);
      if (params === null) continue;
      if (this.isStopping) {
        throw new DomainError('server.stopping', {
          message: 'The server is restarting; come back in a moment.',
        });
      }
      const authorized = await server.authorize(request, { params, query: target.searchParams, listener });
      if (socket.destroyed) return;
      server.handleUpgrade(request, socket, head, (client) => {
        server.watch(client, performance.now());
        server.emit('connection', client, Object.assign(request, { authorized }));
      });
      return;
    }
    this.fallback(request, socket, head);
  }

  private beat(): void {
    for (const server of this.servers) server.beat(performance.now());
  }
}

function parseTarget(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(target, 'http://localhost')) {
    throw new DomainError('request.invalid', { message: 'The request target is not a path.' });
  }
  return new URL(`http://localhost${target}`);
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function waitUnref(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
