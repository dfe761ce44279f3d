import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Plays container-agent: tells what reached it, echoes sockets, and answers as badly as it is told to. */
export class EchoAgent {
  readonly seen: Seen[] = [];
  /** Answers instead of the echo; gets the raw connection. */
  misbehave: ((request: IncomingMessage, socket: Duplex) => void) | null = null;
  private readonly sockets = new WebSocketServer({ noServer: true });
  readonly server = createServer((request, response) => void this.answer(request, response));

  constructor() {
    this.server.on('upgrade', (request, socket, head) => {
      void this.note(request);
      if (this.misbehave) return this.misbehave(request, socket);
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
      });
    });
  }

  get last(): Seen | undefined {
    return this.seen.at(-1);
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.misbehave) {
      void this.note(request);
      return this.misbehave(request, request.socket);
    }
    const seen = await this.note(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
  }

  private async note(request: IncomingMessage): Promise<Seen> {
    let body = '';
    const { method = '', url = '', rawHeaders } = request;
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    // Given up in the middle counts as seen, with what came.
    if (request.headers.upgrade === undefined) await once(request, 'end').catch(() => undefined);
    const seen = { method, url, rawHeaders, body };
    this.seen.push(seen);
    return seen;
  }
}
