import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export type HttpServer = Server;

export interface Takeover {
  request?(request: IncomingMessage, response: ServerResponse, pass: () => void): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, pass: () => void): void;
}

/**
 * Puts `takeover` before every listener of a server's requests and upgrades, also those added later: Nest, the
 * WebSocket adapter and Next add theirs when they please, so being registered first would be luck.
 */
export function takeOver(server: HttpServer, takeover: Takeover): void {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]): boolean => {
    if (event === 'request' && takeover.request) {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      takeover.request(request, response, () => void emit(event, ...args));
      return true;
    }
    if (event === 'upgrade') {
      const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
      takeover.upgrade(request, socket, head, () => void emit(event, ...args));
      return true;
    }
    return emit(event, ...args);
  };
  // Without a listener Node takes an upgrade for an ordinary request.
  server.on('upgrade', () => undefined);
}
