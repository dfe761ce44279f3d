import type { SessionResponse } from '@codex-webapp/contracts';

/** Facts about sessions, emitted after the commit that made them true. */
export const sessionEvents = {
  changed: 'session.changed',
  removed: 'session.removed',
  used: 'session.used',
} as const;

export interface SessionChanged {
  readonly ownerId: string;
  readonly response: SessionResponse;
}

/** Somebody uses its container: a terminal, a preview, its files. Told once in a while, not each time. */
export interface SessionUsed {
  readonly sessionId: string;
}

export interface SessionRemoved {
  /** Null for one of the pool, which nobody has seen. */
  readonly ownerId: string | null;
  readonly sessionId: string;
}
