import type { MigrationInterface, QueryRunner } from 'typeorm';

const rowOf = (sessionId: string, messageId: string): string =>
  `(SELECT id FROM search_index_rows WHERE session_id = ${sessionId} AND message_id IS ${messageId})`;

/** `last_insert_rowid()` is that of the statement before, inside the trigger. */
const insert = (sessionId: string, messageId: string, text: string): string =>
  `INSERT INTO search_index_rows (session_id, message_id) VALUES (${sessionId}, ${messageId});
   INSERT INTO search_index (rowid, text, session_id, message_id)
     VALUES (last_insert_rowid(), ${text}, ${sessionId}, ${messageId});`;

/** The full-text index follows titles and messages by itself, in the statement that changes them. */
const triggers: readonly string[] = [
  `CREATE TRIGGER sessions_index_title AFTER INSERT ON sessions
     BEGIN ${insert('NEW.id', 'NULL', 'NEW.title')} END`,
  `CREATE TRIGGER sessions_reindex_title AFTER UPDATE OF title ON sessions WHEN NEW.title <> OLD.title
     BEGIN UPDATE search_index SET text = NEW.title WHERE rowid = ${rowOf('NEW.id', 'NULL')}; END`,
  `CREATE TRIGGER sessions_unindex AFTER DELETE ON sessions
     BEGIN
       DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_index_rows WHERE session_id = OLD.id);
       DELETE FROM search_index_rows WHERE session_id = OLD.id;
     END`,
  `CREATE TRIGGER messages_index AFTER INSERT ON messages
     BEGIN ${insert('NEW.session_id', 'NEW.id', 'NEW.text')} END`,
  `CREATE TRIGGER messages_reindex AFTER UPDATE OF text ON messages WHEN NEW.text <> OLD.text
     BEGIN UPDATE search_index SET text = NEW.text WHERE rowid = ${rowOf('NEW.session_id', 'NEW.id')}; END`,
];

export class AddSearchIndexTriggers1795748400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const trigger of triggers) await runner.query(trigger);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
