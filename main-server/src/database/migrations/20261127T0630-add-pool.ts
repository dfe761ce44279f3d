import type { MigrationInterface, QueryRunner } from 'typeorm';

/** SQLite cannot take NOT NULL off a column, so another one takes its place. */
const statements = [
  'ALTER TABLE sessions ADD COLUMN owner TEXT REFERENCES users (id)',
  'UPDATE sessions SET owner = owner_id',
  'DROP INDEX sessions_owner_activity',
  'ALTER TABLE sessions DROP COLUMN owner_id',
  'ALTER TABLE sessions RENAME COLUMN owner TO owner_id',
  'CREATE INDEX sessions_owner_activity ON sessions (owner_id, last_activity_at DESC, id)',
  // What a session of the pool was made from. A session has an owner, or waits in the pool, and never both.
  `ALTER TABLE sessions ADD COLUMN pool_recipe TEXT CHECK ((pool_recipe IS NULL) = (owner_id IS NOT NULL))`,
  'CREATE INDEX sessions_pool ON sessions (created_at) WHERE owner_id IS NULL',
];

export class AddPool1795761000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
