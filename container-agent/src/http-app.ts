import { workspaceLimits } from '@codex-webapp/contracts';
import { PathWsAdapter, requestContext } from '@codex-webapp/nest-kit';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** A file of the largest size, as base64 in JSON. */
const bodyMaxBytes = Math.ceil(workspaceLimits.fileMaxBytes * 1.4) + 64 * 1024;

/** Everything between the socket and Nest's routes, for `main.ts` and for tests alike. Create the app with `bodyParser: false`. */
export function configureHttpApp(app: NestExpressApplication): void {
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(requestContext);
  app.use(safeAnswers);
  app.useWebSocketAdapter(new PathWsAdapter(app));
  app.useBodyParser('json', { limit: bodyMaxBytes, inflate: false, strict: true });
}

/** What we answer is data, never a page of the workspace's making. */
function safeAnswers(
  request: { readonly path: string },
  response: { setHeader(name: string, value: string): void },
  next: () => void,
): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  if (request.path.startsWith('/api/') || request.path === '/health') {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-security-policy', "default-src 'none'; sandbox");
  }
  next();
}
