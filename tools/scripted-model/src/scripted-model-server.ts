import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { Exchange } from './exchange.ts';
import { Misfortunes } from './misfortunes.ts';

export interface ScriptedModelOptions {
  readonly host?: string;
  /** 0 takes any free one. */
  readonly port?: number;
  /** Pause after each token of `say` and `think`. */
  readonly paceMs?: number;
  /** Called once the request is answered, however that went. */
  readonly onRequest?: (request: ModelRequest) => void;
}

export interface ScriptedModel extends AsyncDisposable {
  /** Without a path: agents want `${url}/v1` as their base URL. */
  readonly url: string;
  readonly port: number;
  /** The latest requests, oldest first. */
  readonly requests: readonly ModelRequest[];
  /** Requests that are being answered right now. */
  readonly openRequests: number;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** What a test may want to know about a request. */
export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
  /** Undefined when there was none, or it was not JSON. */
  readonly body: unknown;
}

const rememberedRequests = 200;

export async function startScriptedModel(options: ScriptedModelOptions = {}): Promise<ScriptedModel> {
  const { host = '127.0.0.1', port = 0, paceMs = 0, onRequest } = options;
  const requests: ModelRequest[] = [];
  const misfortunes = new Misfortunes();

  let openRequests = 0;

  const server = createServer((request, response) => {
    openRequests += 1;
    const exchange = new Exchange(request, response, { misfortunes, paceMs });
    response.on('close', () => {
      openRequests -= 1;
      const record = toModelRequest(request, exchange, response.statusCode);
      requests.push(record);
      if (requests.length > rememberedRequests) requests.shift();
      onRequest?.(record);
    });
    void exchange.answer();
  });
  server.on('upgrade', refuseUpgrade);
  server.listen(port, host);
  await once(server, 'listening');

  const address = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  const close = () => closeServer(server);
  return {
    url,
    port: address.port,
    requests,
    get openRequests() {
      return openRequests;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toModelRequest(request: IncomingMessage, exchange: Exchange, status: number): ModelRequest {
  return {
    method: request.method ?? '',
    path: exchange.path,
    headers: request.headers,
    status,
    body: exchange.body,
  };
}

/** Agents that would rather use a WebSocket fall back to plain requests on this status. */
function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
