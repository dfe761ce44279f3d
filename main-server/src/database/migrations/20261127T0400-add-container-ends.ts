import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddContainerEnds1795752000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whether what waits for a stopped container may start it: not when somebody stopped it.
    await runner.query('ALTER TABLE containers ADD COLUMN may_wake INTEGER NOT NULL DEFAULT 1');
    // How often it has ended by itself without getting anywhere in between, and when it did last.
    await runner.query('ALTER TABLE containers ADD COLUMN ends_in_a_row INTEGER NOT NULL DEFAULT 0');
    await runner.query('ALTER TABLE containers ADD COLUMN ended_at INTEGER');
    await runner.query('ALTER TABLE sessions ADD COLUMN is_kept_running INTEGER NOT NULL DEFAULT 0');
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
