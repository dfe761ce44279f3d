import type { SessionResponse } from '@codex-webapp/contracts';

/** Facts about sessions, emitted after the commit that made them true. */
export const sessionEvents = { changed: 'session.changed', removed: 'session.removed' } as const;

export interface SessionChanged {
  readonly ownerId: string;
  readonly response: SessionResponse;
}

export interface SessionRemoved {
  readonly ownerId: string;
  readonly sessionId: string;
}
