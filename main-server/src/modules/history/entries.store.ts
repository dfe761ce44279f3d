import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Entry } from '@codex-webapp/contracts';
import { In, MoreThan, type EntityManager, Repository } from 'typeorm';
import { EntryEntity } from './entry.entity.ts';
import type { StagedEntry } from './staged-entry.ts';

export interface SessionEntries {
  readonly sessionId: string;
  readonly entries: readonly StagedEntry[];
}

const columns = ['session_id', 'position', 'at', 'type', 'turn_id', 'epoch', 'seq', 'body'] as const;
/** SQLite takes 32,766 parameters. */
const rowsPerInsert = 500;

/** The rows of the histories. */
@Injectable()
export class EntriesStore {
  constructor(@InjectRepository(EntryEntity) private readonly entries: Repository<EntryEntity>) {}

  /** Rows of many sessions in few statements: what a commit costs is mostly statements. */
  async insert(manager: EntityManager, batch: readonly SessionEntries[]): Promise<void> {
    const rows = batch.flatMap(({ sessionId, entries }) => entries.map((staged) => toRow(sessionId, staged)));
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      const chunk = rows.slice(start, start + rowsPerInsert);
      const places = chunk.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
      await manager.query(`INSERT INTO entries (${columns.join(', ')}) VALUES ${places}`, chunk.flat());
    }
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

  /** The events of these turns, in order. */
  async ofTurns(sessionId: string, turnIds: readonly string[]): Promise<readonly Entry[]> {
    if (turnIds.length === 0) return [];
    const where = { sessionId, turnId: In([...turnIds]), type: 'turn.event' as const };
    return (await this.entries.find({ where, order: { position: 'ASC' } })).map(toEntry);
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

function toEntry(row: EntryEntity): Entry {
  return { position: row.position, at: row.at, body: row.body };
}
