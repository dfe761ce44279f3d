import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DomainError, type PathWsAdapter, requestIdOf, StartupError } from '@codex-webapp/nest-kit';

export interface ListenerAddress {
  readonly host: string;
  readonly port: number;
}

/** What containers may call: their webhooks, and whether we live. Sockets are checked by their gateways. */
const containerPaths = /^\/(api\/container-webhooks\/|health\/live$)/;

/** A listener that knows the containers' routes only: their port may be reachable where the app's is not. */
export function createContainerServer(app: NestExpressApplication, adapter: PathWsAdapter): Server {
  const handle = app.getHttpAdapter().getInstance() as unknown as (...args: unknown[]) => void;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (containerPaths.test(path)) return handle(request, response);
    const error = new DomainError('route.not_found', { message: 'There is nothing at this address.' });
    response.writeHead(404, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(JSON.stringify({ error: error.toPayload(), requestId: requestIdOf(request) }));
  });
  adapter.attach(server, 'containers');
  return server;
}

/** @throws StartupError naming the variable to change */
export function listen(
  server: Server,
  { host, port }: ListenerAddress,
  variables: string,
): Promise<ListenerAddress> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(new StartupError(explain(error, host, port, variables)));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, variables: string): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken: stop the program that uses it, or set ${variables} to another one.`;
  }
  if (error.code === 'EACCES')
    return `Port ${port} needs more rights than this user has: set ${variables} to one above 1023.`;
  return `Cannot listen on ${host}:${port} (${error.code ?? error.message}): check ${variables}.`;
}
