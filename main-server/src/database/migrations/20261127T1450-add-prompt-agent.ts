import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddPromptAgent1795791000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Which agent it was delivered for: the session may have another one before its turn has ended.
    await runner.query('ALTER TABLE prompts ADD COLUMN agent TEXT');
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
