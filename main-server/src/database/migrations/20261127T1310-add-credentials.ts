import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddCredentials1795785000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE credentials (
         user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
         agent TEXT NOT NULL,
         kind TEXT NOT NULL,
         -- Encrypted for exactly this row, with the id of its key; the key is not in the database.
         sealed TEXT NOT NULL,
         -- When its maker would not renew it any more.
         refused_at INTEGER,
         last_used_at INTEGER,
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         PRIMARY KEY (user_id, agent, kind)
       ) STRICT`,
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
