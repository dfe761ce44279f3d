import { DomainError } from '@codex-webapp/nest-kit';

/** Open sockets and streams, with whom they belong to, so that they can be ended when the right to them ends. */
export class ConnectionRegistry<Guest, Connection> {
  private readonly open = new Map<Connection, Guest>();

  get size(): number {
    return this.open.size;
  }

  add(connection: Connection, guest: Guest): void {
    this.open.set(connection, guest);
  }

  remove(connection: Connection): void {
    this.open.delete(connection);
  }

  list(matches: (guest: Guest) => boolean): readonly Connection[] {
    return [...this.open].filter(([, guest]) => matches(guest)).map(([connection]) => connection);
  }

  entries(): readonly (readonly [Connection, Guest])[] {
    return [...this.open];
  }

  /** `what` is counted, as in `sockets`. @throws request.too_many when as many are open already */
  assertFewerThan(limit: number, matches: (guest: Guest) => boolean, what: string): void {
    if (this.list(matches).length < limit) return;
    throw new DomainError('request.too_many', {
      message: `No more than ${limit} ${what} at a time. Close one first.`,
    });
  }
}
