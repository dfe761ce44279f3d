/** Who answers a path of a session's origin. */
export type SessionRoute =
  /** We do, with the REST route of the app at `path`. */
  | { readonly kind: 'app'; readonly path: string }
  /** The session's container. */
  | { readonly kind: 'container' }
  | { readonly kind: 'none' };

/** One path that a session's origin knows, beside files and the way in. */
export interface SessionApiRoute {
  /** e.g. `/api/prompts/:promptId` */
  readonly path: string;
  readonly kind: 'app' | 'container';
  /** The methods it knows; null where the container decides. */
  readonly methods: readonly string[] | null;
}

/** The one socket of a session's origin that is not the container's. */
export const conversationSocketPath = '/ws/sessions/:sessionId';

/** What the session UI may ask of the app, and where it is there when not below `/api/sessions/:sessionId` by the same name. */
const conversationRoutes: readonly (readonly [path: string, methods: readonly string[], target?: string])[] =
  [
    ['/api/session', ['GET', 'PATCH'], '/api/sessions/:sessionId'],
    ['/api/options', ['GET'], '/api/sessions/options'],
    ['/api/messages', ['GET', 'POST']],
    ['/api/prompts', ['GET']],
    ['/api/prompts/:promptId', ['GET', 'PATCH', 'DELETE']],
    ['/api/prompts/:promptId/send-now', ['POST']],
    ['/api/turns/:turnId/events', ['GET']],
    ['/api/blobs/:sha256', ['GET']],
    ['/api/controls', ['GET']],
    ['/api/interrupt', ['POST']],
    ['/api/requests', ['GET']],
    ['/api/requests/:requestId', ['GET']],
    ['/api/requests/:requestId/answer', ['POST']],
    ['/api/requests/:requestId/send-as-prompt', ['POST']],
    ['/api/preparation', ['GET']],
    ['/api/preparation/retry', ['POST']],
    ['/api/preparation/skip', ['POST']],
    ['/api/container/status', ['GET']],
    ['/api/container/start', ['POST']],
    ['/api/previews/:port/ticket', ['POST']],
  ];

/** Each with everything below it. */
const containerPaths = [
  '/api/workspace',
  '/api/terminals',
  '/api/git',
  '/api/ports',
  '/api/preparation/log',
] as const;

/** What a parameter may be, where it is not a word. */
const parameters: Readonly<Record<string, string>> = { ':sha256': '[0-9a-f]{64}', ':port': '\\d{1,5}' };

const patterns = conversationRoutes.map(([path, methods, target]) => ({
  path: new RegExp(`^${path.replaceAll(/:\w+/g, (name) => parameters[name] ?? '[\\w-]+')}$`),
  methods,
  target: target ?? null,
}));
const containerPattern = new RegExp(`^(?:${containerPaths.join('|')})(?:/|$)`);

/** Everything `routeOf` knows. */
export const sessionApiRoutes: readonly SessionApiRoute[] = [
  ...conversationRoutes.map(([path, methods]) => ({ path, methods, kind: 'app' as const })),
  ...containerPaths.flatMap((path) =>
    [path, `${path}/:below`].map((each) => ({ path: each, methods: null, kind: 'container' as const })),
  ),
];

/** `target` is the path with its query. */
export function routeOf(method: string, target: string, sessionId: string): SessionRoute {
  const path = pathOf(target);
  if (containerPattern.test(path)) return { kind: 'container' };
  const found = patterns.find((route) => route.methods.includes(method) && route.path.test(path));
  if (found === undefined) return { kind: 'none' };
  const inApp = found.target ?? path.replace('/api/', '/api/sessions/:sessionId/');
  return { kind: 'app', path: inApp.replace(':sessionId', sessionId) + target.slice(path.length) };
}

export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** Takes tickets and tokens out of a query; they are ours and good for something. */
export function withoutTickets(target: string): string {
  const path = pathOf(target);
  const query = target.slice(path.length + 1);
  const kept = query.split('&').filter((pair) => pair !== '' && !isTicket(pair));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

function isTicket(pair: string): boolean {
  const [name] = new URLSearchParams(pair).keys();
  return name !== undefined && ['token', 'ticket'].includes(name.toLowerCase());
}
