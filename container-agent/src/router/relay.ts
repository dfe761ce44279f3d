import { connect, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream';

/** Passes each connection to `port` on to one place, which is looked up anew each time. Knows nothing of what is said. */
export function startRelay(
  listensAt: number,
  target: { readonly host: string; readonly port: number },
): Server {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (inside) => {
    const outside = connect({ ...target, allowHalfOpen: true, noDelay: true });
    // Either side may go at any time; the other one is told by its end.
    const end = (): void => {
      inside.destroy();
      outside.destroy();
    };
    pipeline(inside, outside, (error) => error && end());
    pipeline(outside, inside, (error) => error && end());
  });
  server.listen(listensAt, '0.0.0.0');
  return server;
}
