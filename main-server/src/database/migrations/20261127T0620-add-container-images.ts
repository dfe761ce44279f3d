import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddContainerImages1795760400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What a container was made from, as JSON, and whether its next start looks for something newer.
    await runner.query('ALTER TABLE containers ADD COLUMN image TEXT');
    await runner.query('ALTER TABLE containers ADD COLUMN pulls_image INTEGER NOT NULL DEFAULT 0');
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
