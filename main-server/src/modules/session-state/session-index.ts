import type { EntityManager } from 'typeorm';
import type { Session } from './session.ts';

/** Puts the title into the full-text index, in place of the one that was there. */
export async function replaceTitle(manager: EntityManager, session: Session): Promise<void> {
  await manager.query('DELETE FROM search_index WHERE session_id = ? AND message_id IS NULL', [session.id]);
  await indexTitle(manager, session);
}

/** For a session that has none there yet: to look for one would read the whole index. A title's row names no message. */
export async function indexTitle(manager: EntityManager, session: Session): Promise<void> {
  await manager.query('INSERT INTO search_index (text, session_id, message_id) VALUES (?, ?, NULL)', [
    session.title,
    session.id,
  ]);
}

/** Takes the title and all messages of a session out of the index. */
export async function removeFromIndex(manager: EntityManager, sessionId: string): Promise<void> {
  await manager.query('DELETE FROM search_index WHERE session_id = ?', [sessionId]);
}

/**
 * What a user typed as a full-text query: all words, each as the beginning of one. Quoted, so that nothing in it is an
 * operator. Null when it holds no word.
 */
export function toMatchQuery(typed: string): string | null {
  const words = typed.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return null;
  return words.map((word) => `"${word.replaceAll('\0', '').replaceAll('"', '""')}"*`).join(' ');
}
