import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import Docker from 'dockerode';

/** A line to the engine on which single connections can be hung up, as politely as an engine does that ends. */
export class CutLine implements AsyncDisposable {
  private readonly connections: { readonly asked: () => string; readonly ours: Socket }[] = [];
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
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get engine(): Docker {
    const { port } = this.server.address() as AddressInfo;
    return new Docker({ host: '127.0.0.1', port, protocol: 'http' });
  }

  hangUp(route: string): void {
    for (const { asked, ours } of this.connections) if (asked().includes(route)) ours.end();
  }

  /** As when the process at its other end has ended: nothing goes through any more. */
  cut(): void {
    this.server.close();
    for (const { ours } of this.connections) ours.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isClosed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await isClosed;
  }
}
