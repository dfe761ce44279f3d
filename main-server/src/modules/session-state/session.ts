import type { SessionEntity } from './session.entity.ts';

/** A session's row, as other modules read it. They change it through `SessionStateService.patch` alone. */
export type Session = Readonly<SessionEntity>;

export type SessionPatch = Partial<Omit<Session, 'id' | 'ownerId' | 'label' | 'createdAt' | 'updatedAt'>>;
