/** Who answers a path of a session's origin. */
export type SessionRoute =
  /** We do, with the REST route of the app at `path`. */
  | { readonly kind: 'app'; readonly path: string }
  /** The session's container. */
  | { readonly kind: 'container' }
  | { readonly kind: 'none' };

/** What the session UI may ask of the app, below `/api/sessions/:id`; `*` is one more path segment or two. */
const conversationRoutes: readonly (readonly [path: RegExp, methods: readonly string[], target: string])[] = [
  [/^\/api\/session$/, ['GET', 'PATCH'], ''],
  [/^\/api(\/messages)$/, ['GET', 'POST'], '$1'],
  [/^\/api(\/prompts(?:\/[\w-]+){0,2})$/, ['GET', 'POST', 'PATCH', 'DELETE'], '$1'],
  [/^\/api(\/turns\/[\w-]+\/events)$/, ['GET'], '$1'],
  [/^\/api(\/blobs\/[0-9a-f]{64})$/, ['GET'], '$1'],
  [/^\/api(\/controls)$/, ['GET'], '$1'],
  [/^\/api(\/interrupt)$/, ['POST'], '$1'],
  [/^\/api(\/requests(?:\/[\w-]+){0,2})$/, ['GET', 'POST'], '$1'],
  [/^\/api(\/preparation)$/, ['GET'], '$1'],
  [/^\/api(\/preparation\/(?:retry|skip))$/, ['POST'], '$1'],
  [/^\/api(\/container\/status)$/, ['GET'], '$1'],
  [/^\/api(\/container\/start)$/, ['POST'], '$1'],
  [/^\/api(\/previews\/\d{1,5}\/ticket)$/, ['POST'], '$1'],
];

const containerRoutes = /^\/api\/(?:workspace|terminals|git|ports|preparation\/log)(?:\/|$)/;

/** `target` is the path with its query. */
export function routeOf(method: string, target: string, sessionId: string): SessionRoute {
  const path = pathOf(target);
  if (containerRoutes.test(path)) return { kind: 'container' };
  if (path === '/api/options' && method === 'GET') return { kind: 'app', path: '/api/sessions/options' };
  for (const [pattern, methods, rest] of conversationRoutes) {
    if (!pattern.test(path) || !methods.includes(method)) continue;
    const own = path.replace(pattern, rest);
    return { kind: 'app', path: `/api/sessions/${sessionId}${own}${target.slice(path.length)}` };
  }
  return { kind: 'none' };
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
