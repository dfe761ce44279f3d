import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { StartupError } from '@codex-webapp/nest-kit';

type NextModule = typeof import('next');
type NextApp = ReturnType<NextModule['default']>;

/** Next in this process: one process, one port. */
export class EmbeddedNext {
  private constructor(
    private readonly app: NextApp,
    private readonly handle: ReturnType<NextApp['getRequestHandler']>,
  ) {}

  /** @throws StartupError when the pages are not built */
  static async start(folder: string): Promise<EmbeddedNext> {
    // Loaded here alone: it costs more memory than everything else together, and other modes do without it.
    const { default: createNext } = (await import('next')) as unknown as NextModule;
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
