import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A program of the session that listens on a port of its own: tells what reached it, echoes sockets, answers as it is told. */
export class DevServer {
  readonly seen: Seen[] = [];
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first]) => first ?? false,
  });
  private readonly server = createServer((request, response) => void this.onRequest(request, response));

  constructor() {
    this.server.on('upgrade', (request, socket: Duplex, head) => {
      this.note(request, '');
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get last(): Seen | undefined {
    return this.seen.at(-1);
  }

  async start(host = '127.0.0.1'): Promise<this> {
    this.server.listen(0, host);
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = this.note(request, await text(request));
    if (this.answer) return this.answer(request, response);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
  }

  private note({ method = '', url = '', headers }: IncomingMessage, body: string): Seen {
    const seen = { method, url, headers, body };
    this.seen.push(seen);
    return seen;
  }
}
