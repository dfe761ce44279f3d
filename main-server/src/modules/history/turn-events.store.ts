import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntryBodyOf } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import { Between, Repository } from 'typeorm';
import { EntryEntity } from './entry.entity.ts';

interface TurnRef {
  readonly sessionId: string;
  readonly turnId: string;
}

/** The row of an event that a container has sent. */
export type StoredTurnEvent = Readonly<EntryEntity> & {
  readonly epoch: string;
  readonly seq: number;
  readonly body: EntryBodyOf<'turn.event'>;
};

export interface TurnEventPage {
  /** In order. */
  readonly events: readonly StoredTurnEvent[];
  readonly hasMore: boolean;
}

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
   * The first of its events after a position: at most `limit`, and no more than `maxBytes` of them, but at
   * least one. However many events the turn and the session have, no more than these are read.
   */
  async page(
    { sessionId, turnId }: TurnRef,
    { after, limit, maxBytes }: { readonly after: number; readonly limit: number; readonly maxBytes: number },
  ): Promise<TurnEventPage> {
    // Sizes first, which SQLite knows without reading what they are of: what does not fit is not read.
    const sizes = await this.entries.query<readonly { position: number; size: number }[]>(
      `SELECT position, OCTET_LENGTH(body) AS size FROM entries INDEXED BY entries_turn
       WHERE session_id = ? AND turn_id = ? AND type = 'turn.event' AND position > ?
       ORDER BY position LIMIT ?`,
      [sessionId, turnId, after, limit + 1],
    );
    let bytes = 0;
    const fitting = sizes.slice(0, limit).filter(({ size }, index) => {
      bytes += size;
      return index === 0 || bytes <= maxBytes;
    });
    const last = fitting.at(-1);
    if (!last) return { events: [], hasMore: false };
    const rows = await this.entries.find({
      where: { sessionId, turnId, type: 'turn.event' as const, position: Between(after + 1, last.position) },
      order: { position: 'ASC' },
    });
    return { events: rows.filter(isTurnEvent), hasMore: sizes.length > fitting.length };
  }

  /** Whether the event it began with is still there. */
  async hasBeginning({ sessionId, turnId }: TurnRef): Promise<boolean> {
    const [first] = await this.entries.query<readonly { event: string }[]>(
      `SELECT json_extract(body, '$.event.type') AS event FROM entries INDEXED BY entries_turn
       WHERE session_id = ? AND turn_id = ? AND type = 'turn.event' ORDER BY position LIMIT 1`,
      [sessionId, turnId],
    );
    return first?.event === 'turn.started';
  }

  /**
   * Deletes at most `limit` events of a turn that are older than `before`, and says how many. The newest event of each
   * outbox epoch stays: it says how far the epoch was taken, and keeps the last position of the history.
   */
  async remove(manager: EntityManager, turn: TurnRef, before: number, limit: number): Promise<number> {
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

function isTurnEvent(row: Readonly<EntryEntity>): row is StoredTurnEvent {
  return row.body.type === 'turn.event' && row.epoch !== null && row.seq !== null;
}
