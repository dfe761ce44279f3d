import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What answers pages on the app's own hosts; see the web module. */
export interface AppPages {
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;

  /** @throws DomainError when it takes none of these upgrades, which is the answer */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}
