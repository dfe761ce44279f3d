import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Docker engine, as far as it is asked what it can do, which lacks what a usual installation lacks. */
export class LimitedEngine implements AsyncDisposable {
  /** Without it no session may run there. */
  limitsProcesses = true;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://engine');
      const [status, body] = this.answerTo(`${request.method} ${pathname.replace(/^\/v[\d.]+/, '')}`);
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  static async start(): Promise<LimitedEngine> {
    const engine = new LimitedEngine();
    await new Promise<void>((resolve) => engine.server.listen(0, '127.0.0.1', resolve));
    return engine;
  }

  /** Has a server of ours take this engine for the machine's. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    return { DOCKER_HOST: `tcp://127.0.0.1:${port}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private answerTo(question: string): readonly [status: number, body: unknown] {
    switch (question) {
      case 'GET /_ping':
        return [200, 'OK'];
      case 'GET /info':
        return [
          200,
          {
            ServerVersion: '27.5.1',
            OSType: 'linux',
            SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
            Runtimes: { runc: {} },
            MemoryLimit: true,
            SwapLimit: false,
            PidsLimit: this.limitsProcesses,
            CpuCfsQuota: true,
            LiveRestoreEnabled: false,
            NCPU: 4,
            MemTotal: 4 * 2 ** 30,
          },
        ];
      case 'GET /version':
        return [200, { Components: [{ Name: 'runc', Version: '1.1.15' }] }];
      case 'POST /volumes/create':
        return [400, { message: 'quota size requested but no quota support' }];
      case 'GET /containers/json':
      case 'GET /networks':
        return [200, []];
      case 'GET /volumes':
        return [200, { Volumes: [] }];
      default:
        return [404, { message: `Not of this engine: ${question}` }];
    }
  }
}
