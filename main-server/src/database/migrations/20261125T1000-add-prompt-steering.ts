import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddPromptSteering1795600800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The turn of another prompt it was given into, and when its text was last changed by a user.
    await runner.query('ALTER TABLE prompts ADD COLUMN steered_turn_id TEXT');
    await runner.query('ALTER TABLE prompts ADD COLUMN edited_at INTEGER');
    await runner.query(
      'CREATE INDEX prompts_steered ON prompts (steered_turn_id) WHERE steered_turn_id IS NOT NULL',
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
