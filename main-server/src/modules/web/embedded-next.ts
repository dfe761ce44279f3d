import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StartupError } from '@codex-webapp/nest-kit';

/** What we use of Next. Its own types would make NODE_ENV a required part of every environment this app passes on. */
interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

interface NextModule {
  readonly default: (options: { dev: boolean; dir: string; httpServer: Server }) => NextApp;
}

/** Not a literal, so that the compiler does not look into the package. */
const nextPackage: string = 'next';

/** Next in this process: one process, one port. */
export class EmbeddedNext {
  private constructor(
    private readonly app: NextApp,
    private readonly handle: ReturnType<NextApp['getRequestHandler']>,
  ) {}

  /** @throws StartupError when the pages are not built */
  static async start(folder: string): Promise<EmbeddedNext> {
    // Loaded here alone: it costs more memory than everything else together, and other modes do without it.
    const { default: createNext } = (await import(nextPackage)) as NextModule;
    // Next adds an upgrade listener to the server it is given, and would answer sockets that are not its own.
    const app = createNext({ dev: false, dir: folder, httpServer: createServer() });
    try {
      await app.prepare();
    } catch (cause) {
      throw new StartupError(
        'The web UI is not built. Run `npm run build`, or set WEB_MODE=off to go without it.',
        {
          cause,
        },
      );
    }
    return new EmbeddedNext(app, app.getRequestHandler());
  }

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.handle(request, response);
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}
