import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // What the workspace of a session is prepared with before its first prompt, and how far that is.
  `CREATE TABLE preparations (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    repository TEXT,
    script TEXT,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed', 'skipped', 'unsupported')),
    steps TEXT NOT NULL,
    reason TEXT,
    tail TEXT NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT`,
];

export class AddPreparations1795800660000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
