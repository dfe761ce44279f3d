import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { RouteEntry } from '../../src/common/route-list.ts';
import type { TestApp } from './create-test-app.ts';
import type { TestClient } from './test-client.ts';

/** One column of the table: a way to come without the right to. */
export interface Intruder {
  readonly name: string;
  readonly client: TestClient;
  /** The one status that is right for this route; null where this column says nothing about it. */
  expected(route: RouteEntry): number | null;
}

/** One socket and the ways to come to it without the right to. */
export interface SocketIntrusion {
  readonly name: string;
  /** Of the socket, e.g. `/ws/sessions/:sessionId`. */
  readonly path: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: number;
}

export interface TableContext {
  readonly app: TestApp;
  /** What stands for `:sessionId` and the like. */
  readonly params: Readonly<Record<string, string>>;
  /** Bodies that are valid, by operation, so that a refusal is about the credential. */
  readonly bodies: Readonly<Record<string, object>>;
}

const statements = new WeakMap<TestApp, Promise<string>>();
const unwatchedColumns = new Set(['logins.last_seen_at', 'api_tokens.last_used_at']);

/** Tries one route in every way; what it returns is what went wrong. */
export async function checkRoute(
  { app, params, bodies }: TableContext,
  route: RouteEntry,
  intruders: readonly Intruder[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => params[name] ?? `no-${name}`);
  const method = route.method.toLowerCase() as 'get';
  let before = await hashDatabase(app);
  for (const intruder of intruders) {
    const expected = intruder.expected(route);
    if (expected === null) continue;
    const { status } = await intruder.client.send(
      method,
      path,
      method === 'get' ? undefined : (bodies[route.operationId] ?? {}),
    );
    const cell = `${route.method} ${route.path} × ${intruder.name}`;
    if (status !== expected) problems.push(`${cell}: ${status} instead of ${expected}`);
    const after = await hashDatabase(app);
    if (after !== before) problems.push(`${cell}: the database changed`);
    before = after;
  }
  return problems;
}

export async function checkSocket(
  app: TestApp,
  port: number,
  intrusions: readonly SocketIntrusion[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { name, path, target, headers = {}, expected } of intrusions) {
    const before = await hashDatabase(app);
    const status = await upgradeStatus(port, target, { Host: app.host, ...headers });
    if (status !== expected) problems.push(`${path} × ${name}: ${status} instead of ${expected}`);
    if ((await hashDatabase(app)) !== before) problems.push(`${path} × ${name}: the database changed`);
  }
  return problems;
}

/** Everything that is stored, but for when a credential was last seen. One statement: it is asked after every cell of the table. */
export async function hashDatabase(app: TestApp): Promise<string> {
  const [row] = await app.query<{ content: string }>(await getStatement(app));
  return createHash('sha256').update(row!.content).digest('hex');
}

function getStatement(app: TestApp): Promise<string> {
  const statement = statements.get(app) ?? composeStatement(app);
  statements.set(app, statement);
  return statement;
}

async function composeStatement(app: TestApp): Promise<string> {
  const columns = await app.query<{ table: string; column: string }>(
    `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_index_%' ORDER BY m.name, c.cid`,
  );
  const quoted = new Map<string, string[]>();
  for (const { table, column } of columns) {
    if (unwatchedColumns.has(`${table}.${column}`)) continue;
    // JSON has no bytes, and `quote` cuts text at a NUL.
    quoted.set(table, [
      ...(quoted.get(table) ?? []),
      `iif(typeof("${column}") = 'text', hex("${column}"), quote("${column}"))`,
    ]);
  }
  const contents = [...quoted].map(
    ([table, values]) => `(SELECT json_group_array(json_array(${values.join(', ')})) FROM "${table}")`,
  );
  return `SELECT json_array(${contents.join(', ')}) AS content`;
}

/** The status with which an upgrade is answered, by its first line: a refusal must come before any 101. */
function upgradeStatus(
  port: number,
  target: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const lines = Object.entries({
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`),
    );
    socket.setTimeout(5_000, () => socket.destroy(new Error(`No answer to the upgrade of ${target}`)));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1]));
    });
    socket.on('error', reject);
  });
}
