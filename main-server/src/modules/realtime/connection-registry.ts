import { DomainError } from '@codex-webapp/nest-kit';

/**
 * Open sockets and streams, with whom they belong to, so that they can be ended when the right to them ends. Found by
 * `keyOf` at the cost of those that are found, however many are open.
 */
export class ConnectionRegistry<Guest, Connection> {
  private readonly open = new Map<Connection, Guest>();
  private readonly byKey = new Map<string, Set<Connection>>();

  /** `keyOf` gives what a limit counts and what announcements go to, e.g. the session. */
  constructor(private readonly keyOf: (guest: Guest) => string) {}

  get size(): number {
    return this.open.size;
  }

  add(connection: Connection, guest: Guest): void {
    this.open.set(connection, guest);
    const key = this.keyOf(guest);
    const found = this.byKey.get(key);
    if (found) found.add(connection);
    else this.byKey.set(key, new Set([connection]));
  }

  remove(connection: Connection): void {
    const guest = this.open.get(connection);
    if (guest === undefined) return;
    this.open.delete(connection);
    const key = this.keyOf(guest);
    const found = this.byKey.get(key);
    found?.delete(connection);
    if (found?.size === 0) this.byKey.delete(key);
  }

  /** All of one key. */
  of(key: string): readonly Connection[] {
    return [...(this.byKey.get(key) ?? [])];
  }

  /** For what ends rarely: looks at every socket. */
  list(matches: (guest: Guest) => boolean): readonly Connection[] {
    return [...this.open].filter(([, guest]) => matches(guest)).map(([connection]) => connection);
  }

  entries(): readonly (readonly [Connection, Guest])[] {
    return [...this.open];
  }

  /**
   * Looks at those of one key only. `what` is counted, as in `sockets`.
   * @throws request.too_many when as many of them match already
   */
  assertFewerThan(
    limit: number,
    what: string,
    key: string,
    matches: (guest: Guest) => boolean = () => true,
  ): void {
    const found = this.byKey.get(key);
    if (found === undefined || found.size < limit) return;
    let count = 0;
    for (const connection of found) {
      const guest = this.open.get(connection);
      if (guest !== undefined && matches(guest)) count += 1;
    }
    if (count < limit) return;
    throw new DomainError('request.too_many', {
      message: `No more than ${limit} ${what} at a time. Close one first.`,
    });
  }
}
