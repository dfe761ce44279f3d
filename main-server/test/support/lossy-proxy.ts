import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where requests are passed on to. */
export type Backend = { readonly socketPath: string } | { readonly port: number };

/**
 * - `passed`: as if there were no proxy.
 * - `lost`: the backend does what it was asked, and whoever asked hears nothing but a cut.
 * - `unsent`: cut before the backend has heard of it.
 */
export type Fate = 'passed' | 'lost' | 'unsent';

/** Stands before an engine or another backend, and decides what becomes of each request. */
export class LossyProxy {
  lost = 0;
  passed = 0;
  private readonly server: Server;

  constructor(
    private readonly backend: Backend,
    private readonly fateOf: (method: string, url: string) => Fate,
  ) {
    this.server = createServer((incoming, outgoing) => this.handle(incoming, outgoing));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  /** Ends all connections, also those on which something is still told. */
  cut(): void {
    this.server.closeAllConnections();
  }

  private handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming;
    const fate = this.fateOf(method, url);
    if (fate === 'unsent') return void incoming.socket.destroy();
    const target = 'port' in this.backend ? { host: '127.0.0.1', ...this.backend } : this.backend;
    const passedOn = request({ ...target, method, path: url, headers }, (answer) => {
      if (fate === 'passed') {
        this.passed += 1;
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        // What is told as it happens may say nothing for long.
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        return;
      }
      this.lost += 1;
      // The engine has done it by now.
      answer.resume();
      answer.on('end', () => outgoing.socket?.destroy());
    });
    passedOn.on('error', () => outgoing.socket?.destroy());
    outgoing.on('close', () => passedOn.destroy());
    incoming.pipe(passedOn);
  }
}

/** The same sequence for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
