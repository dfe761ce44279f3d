import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import Docker from 'dockerode';

/** A line to the engine on which single connections can be hung up, as politely as an engine does that ends. */
export class CutLine implements AsyncDisposable {
  private readonly connections: { readonly asked: () => string; readonly ours: Socket }[] = [];
  private port = 0;
  private readonly server = createServer((ours) => {
    const theirs = connect('/var/run/docker.sock');
    let asked = '';
    this.connections.push({ asked: () => asked, ours });
    ours.on('data', (chunk) => (asked += chunk.toString('latin1')));
    ours.pipe(theirs).pipe(ours);
    for (const socket of [ours, theirs]) socket.on('error', () => undefined);
    ours.once('close', () => theirs.destroy());
  });

  static async lay(): Promise<CutLine> {
    const line = new CutLine();
    await line.mend();
    line.port = (line.server.address() as AddressInfo).port;
    return line;
  }

  get engine(): Docker {
    return new Docker({ host: '127.0.0.1', port: this.port, protocol: 'http' });
  }

  /** Has a server of ours take what is at the other end for the machine's engine. */
  get environment(): Readonly<Record<string, string>> {
    return { DOCKER_HOST: `tcp://127.0.0.1:${this.port}` };
  }

  hangUp(route: string): void {
    for (const { asked, ours } of this.connections) if (asked().includes(route)) ours.end();
  }

  /** As when the process at its other end has ended: nothing goes through any more. */
  cut(): void {
    this.server.close();
    for (const { ours } of this.connections) ours.destroy();
  }

  /** After a cut: it goes through again, at the same place. */
  mend(): Promise<void> {
    return new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isClosed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await isClosed;
  }
}
