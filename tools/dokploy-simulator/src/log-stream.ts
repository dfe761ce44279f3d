import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ApiKeys } from './api-keys.ts';
import type { Dokploy } from './dokploy.ts';
import type { Task } from './swarm.ts';

const lookMs = 20;
const badParameters = 4000;

/** `/docker-container-logs`: what containers print, as it comes. */
export class LogStream {
  private readonly sockets = new WebSocketServer({ noServer: true });

  constructor(
    private readonly dokploy: Dokploy,
    private readonly keys: ApiKeys,
  ) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '', 'http://simulator');
    if (url.pathname !== '/docker-container-logs') {
      socket.destroy();
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (ws) =>
      this.follow(ws, url.searchParams, request.headers['x-api-key']?.toString()),
    );
  }

  /** Cuts all of them, as a restart of Dokploy does. */
  cut(): void {
    for (const ws of this.sockets.clients) ws.terminate();
  }

  private follow(ws: WebSocket, query: URLSearchParams, key: string | undefined): void {
    const name = query.get('containerId') ?? '';
    const tail = query.get('tail') ?? '100';
    if (!/^[\w.-]+$/.test(name) || !/^\d+$/.test(tail)) {
      ws.close(badParameters, 'Invalid parameter');
      return;
    }
    // A bad key is let in and shown out again, without a reason.
    if (this.keys.verify(key) === null) {
      ws.close();
      return;
    }
    const engine = this.dokploy.engine(query.get('serverId'));
    const isService = query.get('runType') === 'swarm';
    const all = () =>
      linesOf(isService ? (engine.services.get(name)?.tasks ?? []) : findContainer(engine, name));
    let told = all().slice(0, all().length - Number(tail)).length;
    const tell = (): void => {
      const lines = all();
      // A service whose tasks went away begins anew.
      if (lines.length < told) told = 0;
      const fresh = lines.slice(told);
      told = lines.length;
      if (fresh.length > 0) ws.send(fresh.map((line) => `${line}\r\n`).join(''));
    };
    tell();
    const timer = setInterval(tell, lookMs);
    ws.on('close', () => clearInterval(timer));
  }
}

function findContainer(engine: ReturnType<Dokploy['engine']>, name: string): readonly Task[] {
  return [...engine.services.values()].flatMap(({ tasks }) => tasks).filter(({ id }) => id.startsWith(name));
}

function linesOf(tasks: readonly Task[]): readonly string[] {
  return tasks
    .flatMap(({ lines }) => lines)
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .map(({ at, text }) => `${at} ${text}`);
}
