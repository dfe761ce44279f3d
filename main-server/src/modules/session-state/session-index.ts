import type { EntityManager } from 'typeorm';
import { runStatement } from '../../database/statement.ts';
import type { Session } from './session.ts';

export interface IndexedMessage {
  readonly id: string;
  readonly sessionId: string;
  readonly text: string;
}

/** Puts the title of a new session into the full-text index. */
export async function indexTitle(manager: EntityManager, { id, title }: Session): Promise<void> {
  await insert(manager, { text: title, sessionId: id, messageId: null });
}

/** Puts the title in place of the one that was there. */
export async function replaceTitle(manager: EntityManager, { id, title }: Session): Promise<void> {
  await manager.query(`UPDATE search_index SET text = ? WHERE rowid = ${rowOf}`, [title, id, null]);
}

export async function indexMessage(manager: EntityManager, message: IndexedMessage): Promise<void> {
  await insert(manager, { text: message.text, sessionId: message.sessionId, messageId: message.id });
}

/** Puts a message's text in place of the one it had. */
export async function replaceMessage(
  manager: EntityManager,
  { id, sessionId, text }: IndexedMessage,
): Promise<void> {
  await manager.query(`UPDATE search_index SET text = ? WHERE rowid = ${rowOf}`, [text, sessionId, id]);
}

/** Takes the title and all messages of a session out of the index. */
export async function removeFromIndex(manager: EntityManager, sessionId: string): Promise<void> {
  await manager.query(
    'DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_index_rows WHERE session_id = ?)',
    [sessionId],
  );
  await manager.query('DELETE FROM search_index_rows WHERE session_id = ?', [sessionId]);
}

interface IndexRow {
  readonly text: string;
  readonly sessionId: string;
  /** Null: the title. */
  readonly messageId: string | null;
}

/** Takes a session's id and a message's, or null. */
const rowOf = '(SELECT id FROM search_index_rows WHERE session_id = ? AND message_id IS ?)';

async function insert(manager: EntityManager, { text, sessionId, messageId }: IndexRow): Promise<void> {
  const place = [sessionId, messageId];
  await runStatement(manager, 'INSERT INTO search_index_rows (session_id, message_id) VALUES (?, ?)', place);
  await runStatement(
    manager,
    `INSERT INTO search_index (rowid, text, session_id, message_id) VALUES (${rowOf}, ?, ?, ?)`,
    [...place, text, ...place],
  );
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
