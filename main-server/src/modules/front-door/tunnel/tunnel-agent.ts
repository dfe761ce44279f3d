import { Agent, type ClientRequestArgs } from 'node:http';
import type { ClientHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { asSocket } from '@codex-webapp/nest-kit';

type Callback = (error: Error | null, stream: Duplex) => void;

/** An `http.Agent` whose connections are streams through a tunnel, so that an ordinary HTTP client runs over it. */
export class TunnelAgent extends Agent {
  constructor(
    private readonly open: () => Promise<ClientHttp2Stream>,
    limits: { readonly maxSockets: number; readonly keepAlive: boolean },
  ) {
    super(limits);
  }

  /** All connections lead to one place; Node would make a name of its options for each request. */
  override getName(): string {
    return 'container';
  }

  override createConnection(_options: ClientRequestArgs, callback?: Callback): undefined {
    this.open().then(
      (stream) => callback?.(null, Object.assign(asSocket(stream), { setTimeout: () => stream })),
      // Without an error there would have to be a stream; Node reads the first argument alone.
      (error: Error) => callback?.(error, null as unknown as Duplex),
    );
    return undefined;
  }
}
