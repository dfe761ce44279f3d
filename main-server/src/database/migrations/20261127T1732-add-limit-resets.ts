import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddLimitResets1795800720000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE turns ADD COLUMN limit_resets_at INTEGER');
    await runner.query('ALTER TABLE sessions ADD COLUMN limit_resets_at INTEGER');
    await runner.query(
      'ALTER TABLE sessions ADD COLUMN continues_after_limit INTEGER NOT NULL DEFAULT 0 CHECK (continues_after_limit IN (0, 1))',
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
