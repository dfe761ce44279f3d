import type { SocketIntrusion } from './authorization-table.ts';

/** All that can be upgraded, by a short name for it. A new one must be added here by hand. */
export const knownSockets = {
  '/ws/device-logins/:loginId': 'login',
  '/ws/events': 'list',
  '/ws/sessions/:sessionId/tunnel': 'tunnel',
  '/ws/sessions/:sessionId?role=client': 'client',
  '/ws/sessions/:sessionId?role=container': 'link',
} as const;

export type SocketName = (typeof knownSockets)[keyof typeof knownSockets];

/** How somebody comes to a socket. */
export interface Arrival {
  readonly headers?: Readonly<Record<string, string>>;
  /** Comes as `?token=`. Made anew for each cell where it is good once. */
  readonly token?: string | (() => Promise<string>);
  /** The login that is named in the path, if not the owner's. */
  readonly loginId?: string;
}

/** One column of the table. */
export interface SocketIntruder {
  readonly name: string;
  readonly arrival: Arrival | ((socket: SocketName) => Arrival);
  /** The refusal, where it is not 401. Null where this column says nothing, since it is let in by right. */
  readonly but?: Partial<Record<SocketName, number | null>>;
}

/** The cells of one socket. `path` may be one that nobody knows. */
export async function intrusionsAt(
  path: string,
  intruders: readonly SocketIntruder[],
  params: Readonly<Record<'sessionId' | 'loginId', string>>,
): Promise<readonly SocketIntrusion[]> {
  const socket = Object.entries(knownSockets).find(([known]) => known === path)?.[1];
  const cells: SocketIntrusion[] = [];
  for (const { name, arrival, but = {} } of intruders) {
    const expected = socket === undefined ? 401 : (but[socket] ?? (but[socket] === null ? null : 401));
    if (expected === null) continue;
    const { headers, token, loginId } = typeof arrival === 'function' ? arrival(socket ?? 'list') : arrival;
    const [pathname = '', query = ''] = path
      .replace(':sessionId', params.sessionId)
      .replace(':loginId', loginId ?? params.loginId)
      .split('?');
    const secret = typeof token === 'function' ? await token() : token;
    const parts = [query, secret === undefined ? '' : `token=${secret}`].filter((part) => part !== '');
    const target = parts.length === 0 ? pathname : `${pathname}?${parts.join('&')}`;
    cells.push({ name, path, target, expected, ...(headers ? { headers } : {}) });
  }
  return cells;
}
