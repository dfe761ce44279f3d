import type { NestExpressApplication } from '@nestjs/platform-express';
import { DomainError, PathWsAdapter, requestContext } from '@codex-webapp/nest-kit';
import { messageLimits } from '@codex-webapp/contracts';
import { json, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { WorkUnderWay } from './common/work-under-way.ts';
import { apiDocsPath } from './common/api-docs-path.ts';
import { serveApiDocs } from './openapi/api-docs.ts';

/** Bytes of a JSON body, where nothing else is said. */
const bodyMaxBytes = 256 * 1024;

/** A refused body is read up to here, since a sender that is cut off while it sends never sees the answer. */
const refusedBodyMaxBytes = 16 * 1024 * 1024;

/** Long prompts, also two texts of one that is edited, and messages with the items of a whole turn. */
const largeBodies =
  /^\/api\/(container-webhooks\/[^/]+\/message|sessions\/[^/]+\/(messages|prompts\/[^/]+))\/?$/;

/** Read as they come by their own routes. */
const rawBodies = /^\/api\/container-webhooks\/[^/]+\/blobs\//;

/** Everything between the socket and Nest's routes, for `main.ts` and for tests alike. Create the app with `bodyParser: false`. */
export function configureHttpApp(
  app: NestExpressApplication,
  trustedProxies: readonly string[],
): PathWsAdapter {
  app.set('trust proxy', [...trustedProxies]);
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(requestContext, securityHeaders(), app.get(WorkUnderWay).middleware(isOurs), jsonBodies());
  const adapter = new PathWsAdapter(app);
  app.useWebSocketAdapter(adapter);
  serveApiDocs(app);
  return adapter;
}

/** For what the API answers; pages and session origins set their own. */
function securityHeaders(): RequestHandler {
  const headers = headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  return (request, response, next) => {
    if (!isOurs(request.path)) return next();
    response.setHeader('cache-control', 'no-store');
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** They are the same for every answer, so Helmet's thirteen functions are asked once. */
function headersOf(options: HelmetOptions): readonly (readonly [name: string, value: string])[] {
  const headers: [string, string][] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet(options)({} as Request, recorder as unknown as Response, (error?: unknown) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

/** Only bodies of our own routes are read: those of others are streamed on as they are. */
function jsonBodies(): RequestHandler {
  const options = { inflate: false, strict: true } as const;
  const small = json({ ...options, limit: bodyMaxBytes });
  const large = json({ ...options, limit: messageLimits.bodyMaxBytes });
  return (request, response, next) => {
    if (!isOurs(request.path) || rawBodies.test(request.path)) return next();
    // Forms can be sent by any page without asking; nothing of ours takes one.
    if (hasBody(request) && request.is('application/json') === false) return next(unsupportedMediaType());
    const parse = largeBodies.test(request.path) ? large : small;
    parse(request, response, endEndless(request, next));
  };
}

/** The parser reads what it refuses to the end, and an endless body for ever. Ends the request instead. */
function endEndless(request: Request, next: NextFunction): NextFunction {
  let bytes = 0;
  let isSettled = false;
  const settle = (error?: unknown): void => {
    if (isSettled) return;
    isSettled = true;
    request.off('data', count);
    next(error);
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > refusedBodyMaxBytes) settle(bodyTooLarge());
  };
  if (hasBody(request)) request.on('data', count);
  return settle;
}

function bodyTooLarge(): DomainError {
  return new DomainError('request.too_large', { message: 'The body is too large.' });
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function unsupportedMediaType(): DomainError {
  return new DomainError('request.unsupported_media_type', { message: 'Send the body as application/json.' });
}

function isOurs(path: string): boolean {
  if (path.startsWith(apiDocsPath)) return false;
  return path.startsWith('/api/') || path.startsWith('/health/') || path === '/metrics';
}
