import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddKeptAnswers1795737600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // When the agent said that it waits no more, and the prompt an answer became that came too late for it.
    await runner.query('ALTER TABLE agent_requests ADD COLUMN closed_at INTEGER');
    await runner.query('ALTER TABLE agent_requests ADD COLUMN prompt_id TEXT');
    // Whether these were taken was not written down; none of them is offered a second time.
    await runner.query(`UPDATE agent_requests SET closed_at = answered_at WHERE status = 'answered'`);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
