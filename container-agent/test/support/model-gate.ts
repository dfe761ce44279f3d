import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What ChatGPT says of an account, for codex to find its way. */
const workspace = {
  id: 'account-1',
  plan_type: 'pro',
  workspace_backend_origin: 'https://chatgpt.com',
  account_routing_override: 'NO_CONSTRAINT',
};

/** Stands before a model and lets nobody in whose key or token it does not know. */
export class ModelGate {
  /** Who may come in. */
  readonly known = new Set<string>();
  letsAllIn = false;
  /** What each request came with, in order. */
  readonly seen: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly modelUrl: string,
    private readonly host: string,
  ) {
    server.on('request', (incoming, response) => this.take(incoming, response));
  }

  static async before(modelUrl: string, host = '127.0.0.1'): Promise<ModelGate> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    return new ModelGate(server, modelUrl, host);
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(incoming: IncomingMessage, response: ServerResponse): void {
    if (incoming.url?.endsWith('/accounts/check')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ accounts: [workspace] }));
    }
    const secret = (incoming.headers.authorization ?? '').replace('Bearer ', '');
    this.seen.push(secret);
    if (!this.letsAllIn && !this.known.has(secret)) {
      incoming.resume();
      response.writeHead(401, { 'content-type': 'application/json' });
      return void response.end('{"error":{"message":"unknown token","code":"token_expired"}}');
    }
    const { method, url, headers } = incoming;
    const forwarded = request(`${this.modelUrl}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    incoming.pipe(forwarded);
  }
}
