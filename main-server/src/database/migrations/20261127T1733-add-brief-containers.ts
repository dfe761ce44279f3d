import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddBriefContainers1795800780000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Of containers that serve no session: written before one is made and deleted once nothing of it is left.
    await runner.query(
      `CREATE TABLE brief_containers (
         id TEXT PRIMARY KEY NOT NULL,
         provider TEXT NOT NULL,
         created_at INTEGER NOT NULL
       ) STRICT`,
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
