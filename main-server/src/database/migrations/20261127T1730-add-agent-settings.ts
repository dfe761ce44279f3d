import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddAgentSettings1795800600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE agent_settings (
         id TEXT PRIMARY KEY,
         -- Of a user, for all their sessions, or of one session.
         user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
         session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
         kind TEXT NOT NULL,
         -- Encrypted for exactly this row, with the id of its key; the key is not in the database.
         sealed TEXT NOT NULL,
         updated_at INTEGER NOT NULL,
         UNIQUE (user_id, kind),
         UNIQUE (session_id, kind),
         CHECK ((user_id IS NULL) <> (session_id IS NULL))
       ) STRICT`,
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
