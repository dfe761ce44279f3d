import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddSearchIndexRows1795744800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Which row of the full-text index stands for what: that index finds by words alone, and anything else reads all of it.
    await runner.query(
      `CREATE TABLE search_index_rows (
         -- rowid in search_index
         id INTEGER PRIMARY KEY,
         session_id TEXT NOT NULL,
         -- Null: the title.
         message_id TEXT
       ) STRICT`,
    );
    await runner.query('CREATE INDEX search_index_rows_place ON search_index_rows (session_id, message_id)');
    await runner.query(
      'INSERT INTO search_index_rows (id, session_id, message_id) SELECT rowid, session_id, message_id FROM search_index',
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
