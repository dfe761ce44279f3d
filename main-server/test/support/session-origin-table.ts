import { SessionEntry } from '../../src/modules/front-door/session-entry.ts';
import { sessionApiRoutes } from '../../src/modules/front-door/session-routes.ts';
import { hashDatabase } from './authorization-table.ts';
import type { TestApp } from './create-test-app.ts';
import type { EchoAgent } from './echo-agent.ts';
import { ask } from './session-page.ts';

/** Everything a browser or a script would send; routes exist for some of them. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** One row of the table: a method and a path of a session's origin. */
export interface SessionRow {
  readonly method: string;
  /** e.g. `/api/prompts/:promptId` */
  readonly path: string;
  /** Who answers the path: the way in, the app, the container, our files; or nobody knows it. */
  readonly kind: 'entry' | 'app' | 'container' | 'files' | 'none';
  /** Whether the path has this method. */
  readonly isListed: boolean;
  /** Whether who has not entered may ask it. */
  readonly isPublic: boolean;
}

/** One column of the table: a way to come without the right to. */
export interface SessionIntruder {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is in the query, and the body of the way in. */
  readonly ticket?: string | undefined;
  /** The one status that is right for this row; null where this column says nothing about it. */
  expected(row: SessionRow): number | null;
}

export interface SessionTableContext {
  readonly app: TestApp;
  readonly host: string;
  /** Plays the session's container, which no intruder may reach. */
  readonly agent: EchoAgent;
  /** What stands for `:promptId` and the like. */
  readonly params: Readonly<Record<string, string>>;
}

/** Every path of a session's origin with every method, from the front door's own lists. */
export function listSessionRows(app: TestApp): readonly SessionRow[] {
  const entry = app
    .get(SessionEntry)
    .routes.map((route) => ({ ...route, kind: 'entry' as const, methods: [route.method] }));
  const paths: readonly Pick<SessionRow, 'path' | 'kind'>[] = [
    ...entry,
    ...sessionApiRoutes,
    // Files are whatever is neither of them.
    ...['/', '/assets/index.js', '/prompts'].map((path) => ({ path, kind: 'files' as const })),
    ...['/api/nothing', '/api/sessions', '/api/auth/me', '/ws/events'].map((path) => ({
      path,
      kind: 'none' as const,
    })),
  ];
  const unique = [...new Map(paths.map((each) => [each.path, each])).values()];
  return unique.flatMap(({ path, kind }) =>
    methods.map((method) => ({
      method,
      path,
      kind,
      isListed: isListed(kind, [...entry, ...sessionApiRoutes], { method, path }),
      isPublic: entry.some((route) => route.isPublic && route.path === path && route.method === method),
    })),
  );
}

function isListed(
  kind: SessionRow['kind'],
  lists: readonly { readonly path: string; readonly methods: readonly string[] | null }[],
  { method, path }: Pick<SessionRow, 'method' | 'path'>,
): boolean {
  if (kind === 'files') return true;
  return lists.some((route) => route.path === path && (route.methods?.includes(method) ?? true));
}

/** Tries one row in every way; what it returns is what went wrong. */
export async function checkSessionRow(
  context: SessionTableContext,
  row: SessionRow,
  intruders: readonly SessionIntruder[],
): Promise<readonly string[]> {
  const { app, agent } = context;
  const problems: string[] = [];
  let before = await hashDatabase(app);
  for (const intruder of intruders) {
    const expected = intruder.expected(row);
    if (expected === null) continue;
    agent.seen.splice(0);
    const { status, headers } = await askRow(context, row, intruder);
    const cell = `${row.method} ${row.path} × ${intruder.name}`;
    if (status !== expected) problems.push(`${cell}: ${status} instead of ${expected}`);
    if (headers['set-cookie'] !== undefined) problems.push(`${cell}: was given a cookie`);
    if (agent.seen.length > 0) problems.push(`${cell}: reached the container`);
    const after = await hashDatabase(app);
    if (after !== before) problems.push(`${cell}: the database changed`);
    before = after;
  }
  return problems;
}

/** Asks as somebody, with a body that is valid at the way in. */
export function askRow(
  { app, host, params }: SessionTableContext,
  row: Pick<SessionRow, 'method' | 'path'>,
  { headers, ticket }: Pick<SessionIntruder, 'headers' | 'ticket'>,
) {
  const path = fillPath(row.path, params);
  const isEntry = row.path === '/__session/enter';
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(row.method);
  const body = hasBody ? JSON.stringify(isEntry ? { ticket: ticket ?? 'x'.repeat(43) } : {}) : '';
  return ask(app, host, {
    method: row.method,
    path: ticket === undefined || isEntry ? path : `${path}?token=${ticket}&ticket=${ticket}`,
    headers: {
      ...headers,
      // Said by us: Node sends the body of a DELETE without a length.
      ...(hasBody ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
    },
    body,
  });
}

export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)/g, (_match, name: string) => params[name] ?? `no-${name}`);
}
