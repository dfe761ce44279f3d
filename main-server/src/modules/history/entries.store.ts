import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Entry } from '@codex-webapp/contracts';
import { In, MoreThan, MoreThanOrEqual, type EntityManager, Repository } from 'typeorm';
import type { RowInsert } from '../../database/row-insert.ts';
import { bufferRow } from '../../database/write-batch.ts';
import { EntryEntity } from './entry.entity.ts';
import type { StagedEntry } from './staged-entry.ts';

export interface SessionEntries {
  readonly sessionId: string;
  readonly entries: readonly StagedEntry[];
}

const insertEntry: RowInsert = {
  table: 'entries',
  columns: ['session_id', 'position', 'at', 'type', 'turn_id', 'epoch', 'seq', 'body'],
};

export interface TurnEventLimits {
  readonly rows: number;
  /** Of the stored JSON. */
  readonly characters: number;
}

/** Hours of an agent that talks; a page that opens in the middle of more sees the end of it. */
const turnEventLimits: TurnEventLimits = { rows: 20_000, characters: 8 * 1024 * 1024 };

/** The rows of the histories. */
@Injectable()
export class EntriesStore {
  constructor(@InjectRepository(EntryEntity) private readonly entries: Repository<EntryEntity>) {}

  insert(manager: EntityManager, batch: readonly SessionEntries[]): void {
    for (const { sessionId, entries } of batch)
      for (const staged of entries) bufferRow(manager, insertEntry, toRow(sessionId, staged));
  }

  /** 0 when there is none. */
  async lastPosition(sessionId: string): Promise<number> {
    return (await this.entries.maximum('position', { sessionId })) ?? 0;
  }

  /** In order; null when there are more than `limit`. */
  async since(sessionId: string, position: number, limit: number): Promise<readonly Entry[] | null> {
    const rows = await this.entries.find({
      where: { sessionId, position: MoreThan(position) },
      order: { position: 'ASC' },
      take: limit + 1,
    });
    return rows.length > limit ? null : rows.map(toEntry);
  }

  /**
   * The events of these turns, in order. Of more than fits into memory the newest, after a `gap`: how much a container
   * says within a turn is its own choice, and what is read here is held by a server that belongs to all.
   */
  async ofTurns(
    sessionId: string,
    turnIds: readonly string[],
    { rows, characters }: TurnEventLimits = turnEventLimits,
  ): Promise<readonly Entry[]> {
    if (turnIds.length === 0) return [];
    const places = turnIds.map(() => '?').join(', ');
    // Without being told, SQLite reads all of the session in the order that is asked for.
    const [bounds] = await this.entries.query<[{ first: number | null; start: number | null }]>(
      `SELECT MIN(position) AS first, MIN(CASE WHEN place <= ? AND size <= ? THEN position END) AS start
       FROM (SELECT position, ROW_NUMBER() OVER newest AS place, SUM(LENGTH(body)) OVER newest AS size
             FROM entries INDEXED BY entries_turn WHERE session_id = ? AND type = 'turn.event' AND turn_id IN (${places})
             WINDOW newest AS (ORDER BY position DESC))`,
      [rows, characters, sessionId, ...turnIds],
    );
    if (bounds.start === null) return [];
    const found = await this.entries.find({
      where: {
        sessionId,
        turnId: In([...turnIds]),
        type: 'turn.event' as const,
        position: MoreThanOrEqual(bounds.start),
      },
      order: { position: 'ASC' },
    });
    const kept = found.map(toEntry);
    const oldest = found[0];
    if (bounds.first === bounds.start || !oldest) return kept;
    return [toGap(oldest), ...kept];
  }
}

function toRow(sessionId: string, { entry, origin }: StagedEntry): readonly unknown[] {
  const { turnId = null, epoch = null, seq = null } = origin;
  return [
    sessionId,
    entry.position,
    entry.at,
    entry.body.type,
    turnId,
    epoch,
    seq,
    JSON.stringify(entry.body),
  ];
}

/** Stands for the events before this one, in the place of the last of them. */
function toGap({ position, at, seq }: EntryEntity): Entry {
  const reason = 'This turn has said more than is shown at once; its beginning is left out.';
  return {
    position: position - 1,
    at,
    body: { type: 'gap', fromSeq: 1, toSeq: Math.max((seq ?? 2) - 1, 1), reason },
  };
}

function toEntry(row: EntryEntity): Entry {
  return { position: row.position, at: row.at, body: row.body };
}
