import type { SessionEntity } from './session.entity.ts';

/** A session's row, as other modules read it. They change it through `SessionStateService.patch` alone. */
export type Session = Readonly<SessionEntity>;

export type OwnedSession = Session & { readonly ownerId: string };

export type SessionPatch = Partial<
  Omit<Session, 'id' | 'ownerId' | 'poolRecipe' | 'label' | 'createdAt' | 'updatedAt'>
>;
