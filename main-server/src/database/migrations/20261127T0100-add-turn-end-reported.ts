import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddTurnEndReported1795741200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whether the container has said how the turn ended: it says that once, and its word must outlive its events.
    await runner.query('ALTER TABLE turns ADD COLUMN is_end_reported INTEGER NOT NULL DEFAULT 0');
    // A turn of which no event is left was reported, as far as anybody can know by now.
    await runner.query(
      `UPDATE turns SET is_end_reported = 1 WHERE status <> 'running' AND (
         NOT EXISTS (SELECT 1 FROM entries
           WHERE entries.session_id = turns.session_id AND entries.turn_id = turns.id AND type = 'turn.event')
         OR EXISTS (SELECT 1 FROM entries
           WHERE entries.session_id = turns.session_id AND entries.turn_id = turns.id AND type = 'turn.event'
             AND json_extract(body, '$.event.type') = 'turn.ended'))`,
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
