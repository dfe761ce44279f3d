import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddContainerChoices1795750800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What the owner chose for the session's container: how much it may use, and whether it reaches the internet.
    await runner.query(`ALTER TABLE sessions ADD COLUMN size TEXT NOT NULL DEFAULT 'medium'`);
    await runner.query('ALTER TABLE sessions ADD COLUMN internet INTEGER NOT NULL DEFAULT 1');
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
