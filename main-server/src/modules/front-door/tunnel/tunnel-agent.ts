import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';

type Callback = (error: Error | null, stream: Duplex) => void;

/** An `http.Agent` whose connections are streams through a tunnel, so that an ordinary HTTP client runs over it. */
export class TunnelAgent extends Agent {
  constructor(
    private readonly open: () => Promise<Duplex>,
    maxSockets: number,
  ) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(_options: ClientRequestArgs, callback?: Callback): undefined {
    this.open().then(
      (stream) => callback?.(null, asSocket(stream)),
      // Without an error there would have to be a stream; Node reads the first argument alone.
      (error: Error) => callback?.(error, null as unknown as Duplex),
    );
    return undefined;
  }
}

/** Node's HTTP client calls these on a socket; for a stream of HTTP/2 there is nothing to do. */
function asSocket<T extends Duplex>(stream: T): T {
  const same = (): T => stream;
  return Object.assign(stream, {
    setNoDelay: same,
    setKeepAlive: same,
    setTimeout: same,
    ref: same,
    unref: same,
  });
}
