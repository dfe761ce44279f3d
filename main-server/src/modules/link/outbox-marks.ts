import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { runStatement } from '../../database/statement.ts';
import { HistoryService } from '../history/history.service.ts';
import type { OutboxMark } from './outbox-intake.ts';

/** How far each container's outbox is stored here, kept in the transaction of the events themselves. */
@Injectable()
export class OutboxMarks implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly history: HistoryService,
  ) {}

  onModuleInit(): void {
    this.history.onOutboxMark(async (manager, { sessionId, epoch, seq }) => {
      const sql = 'UPDATE sessions SET outbox_epoch = ?, outbox_seq = ? WHERE id = ?';
      await runStatement(manager, sql, [epoch, seq, sessionId]);
    });
  }

  /**
   * What of the epoch is stored, all included that was handed over before; null when nothing is. Epochs that came
   * before the newest one are known too.
   */
  async find(sessionId: string, epoch: string): Promise<OutboxMark | null> {
    await this.history.settled(sessionId);
    const current: readonly { seq: number }[] = await this.dataSource.query(
      'SELECT outbox_seq AS seq FROM sessions WHERE id = ? AND outbox_epoch = ?',
      [sessionId, epoch],
    );
    if (current[0]) return { epoch, seq: current[0].seq };
    const earlier: readonly { seq: number | null }[] = await this.dataSource.query(
      'SELECT MAX(seq) AS seq FROM entries WHERE session_id = ? AND epoch = ?',
      [sessionId, epoch],
    );
    const seq = earlier[0]?.seq ?? null;
    return seq === null ? null : { epoch, seq };
  }

  /** Of the epoch that was heard last; null before the first. */
  async findNewest(sessionId: string): Promise<OutboxMark | null> {
    const rows: readonly OutboxMark[] = await this.dataSource.query(
      'SELECT outbox_epoch AS epoch, outbox_seq AS seq FROM sessions WHERE id = ? AND outbox_epoch IS NOT NULL',
      [sessionId],
    );
    return rows[0] ?? null;
  }
}
