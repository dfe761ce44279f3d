import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager } from 'typeorm';
import { Repository } from 'typeorm';
import { EntryEntity } from './entry.entity.ts';

/** The events of turns as rows that grow old. */
@Injectable()
export class TurnEventsStore {
  constructor(@InjectRepository(EntryEntity) private readonly entries: Repository<EntryEntity>) {}

  /** Turns of which there are events, also turns nobody knows, by their ids from `after` on. */
  async listTurns(sessionId: string, after: string, limit: number): Promise<readonly string[]> {
    // Jumps from one turn to the next in the index, however many events each has.
    const rows = await this.entries.query<readonly { id: string | null }[]>(
      `WITH RECURSIVE found (id) AS (
         SELECT (SELECT MIN(turn_id) FROM entries WHERE session_id = ? AND turn_id > ?)
         UNION ALL
         SELECT (SELECT MIN(turn_id) FROM entries WHERE session_id = ? AND turn_id > found.id)
         FROM found WHERE found.id IS NOT NULL
         LIMIT ?
       ) SELECT id FROM found`,
      [sessionId, after, sessionId, limit],
    );
    return rows.flatMap(({ id }) => (id === null ? [] : [id]));
  }

  /**
   * Deletes at most `limit` events of a turn that are older than `before`, and says how many. The newest event of each
   * outbox epoch stays: it says how far the epoch was taken, and keeps the last position of the history.
   */
  async remove(
    manager: EntityManager,
    turn: { readonly sessionId: string; readonly turnId: string },
    before: number,
    limit: number,
  ): Promise<number> {
    const { sessionId, turnId } = turn;
    const rows: readonly { position: number }[] = await manager.query(
      `SELECT position FROM entries AS event
       WHERE session_id = ? AND turn_id = ? AND type = 'turn.event' AND at < ?
         AND seq < (SELECT MAX(seq) FROM entries WHERE session_id = event.session_id AND epoch = event.epoch)
       ORDER BY position LIMIT ?`,
      [sessionId, turnId, before, limit],
    );
    if (rows.length === 0) return 0;
    const positions = JSON.stringify(rows.map(({ position }) => position));
    await manager.query(
      `DELETE FROM entries WHERE session_id = ? AND position IN (SELECT value FROM json_each(?))`,
      [sessionId, positions],
    );
    return rows.length;
  }
}
