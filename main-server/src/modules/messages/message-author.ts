import type { MessageAuthor } from '@codex-webapp/contracts';
import type { Actor } from '../audit/actor.ts';

/** Two columns of a row that has an author. */
export interface AuthorColumns {
  readonly authorKind: MessageAuthor['kind'];
  readonly authorId: string | null;
}

/** Who wrote something, from the credential and nothing else. */
export function authorOf(actor: Actor): MessageAuthor {
  if (actor.kind === 'container') return { kind: 'container' };
  return actor.userId === null ? { kind: 'system' } : { kind: 'user', userId: actor.userId };
}

export function toAuthorColumns(author: MessageAuthor): AuthorColumns {
  return { authorKind: author.kind, authorId: author.kind === 'user' ? author.userId : null };
}

export function toAuthor({ authorKind, authorId }: AuthorColumns): MessageAuthor {
  if (authorKind === 'user') return { kind: 'user', userId: authorId ?? '' };
  return { kind: authorKind };
}
