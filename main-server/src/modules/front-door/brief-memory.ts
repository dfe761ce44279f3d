import type { Clock } from '@codex-webapp/nest-kit';
import type { Eventual } from '../../common/eventual.ts';

/** A page asks for many things at once: what was found is believed for so long, and one search answers all who wait. */
const rememberMs = 1_000;

interface Remembered<T> {
  readonly value: T;
  readonly until: number;
}

/** Remembers for a second what the database said. What was not found is asked for anew each time. */
export class BriefMemory<T> {
  private readonly remembered = new Map<string, Remembered<T>>();
  private readonly searches = new Map<string, Promise<T | null>>();

  constructor(private readonly clock: Clock) {}

  /** At once what is remembered. */
  find(key: string, search: () => Promise<T | null>): Eventual<T | null> {
    const remembered = this.remembered.get(key);
    if (remembered && remembered.until > this.clock.now()) return remembered.value;
    return this.searches.get(key) ?? this.begin(key, search);
  }

  /** A search under way answers those who wait for it and is not remembered. */
  forget(isGone: (value: T) => boolean): void {
    this.searches.clear();
    for (const [key, { value }] of this.remembered) if (isGone(value)) this.remembered.delete(key);
  }

  private async begin(key: string, search: () => Promise<T | null>): Promise<T | null> {
    const found: Promise<T | null> = search().then((value) => this.keep(key, found, value));
    this.searches.set(key, found);
    try {
      return await found;
    } finally {
      if (this.searches.get(key) === found) this.searches.delete(key);
    }
  }

  private keep(key: string, search: Promise<T | null>, value: T | null): T | null {
    const now = this.clock.now();
    for (const [other, { until }] of this.remembered) if (until <= now) this.remembered.delete(other);
    if (value !== null && this.searches.get(key) === search) {
      this.remembered.set(key, { value, until: now + rememberMs });
    }
    return value;
  }
}
