import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RawEventsRetention } from '../history/raw-events-retention.ts';

/** Keeps the events of turns that are needed yet. */
@Injectable()
export class OpenTurns implements OnModuleInit {
  constructor(
    private readonly retention: RawEventsRetention,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.retention.keepEventsOf((sessionId, turnIds, before) => this.list(sessionId, turnIds, before));
  }

  /** Those that run, ended after that time, or have no message that stands for their events. */
  private async list(
    sessionId: string,
    turnIds: readonly string[],
    before: number,
  ): Promise<readonly string[]> {
    const open: readonly { id: string }[] = await this.dataSource.query(
      `SELECT id FROM turns WHERE session_id = ? AND id IN (SELECT value FROM json_each(?))
         AND (status = 'running' OR ended_at >= ? OR NOT EXISTS (SELECT 1 FROM messages
           WHERE messages.session_id = turns.session_id AND messages.turn_id = turns.id AND role = 'assistant'))`,
      [sessionId, JSON.stringify(turnIds), before],
    );
    return open.map(({ id }) => id);
  }
}
