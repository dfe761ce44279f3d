const remembered = 1000;

/**
 * Counts how often a `fail` or `drop` has struck, which no request can tell by itself: a retry looks exactly like the
 * request before it. Forgets the oldest first.
 */
export class Misfortunes {
  private readonly strikes = new Map<string, number>();

  /** True for the first `times` calls with the same key. */
  strike(key: string, times: number): boolean {
    const before = this.strikes.get(key) ?? 0;
    if (before >= times) return false;

    this.strikes.delete(key);
    this.strikes.set(key, before + 1);
    const [oldest] = this.strikes.keys();
    if (this.strikes.size > remembered && oldest !== undefined) this.strikes.delete(oldest);
    return true;
  }
}
