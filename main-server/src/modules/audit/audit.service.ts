import { Injectable } from '@nestjs/common';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { RowInsert } from '../../database/row-insert.ts';
import { bufferRow } from '../../database/write-batch.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import type { Actor } from './actor.ts';

export interface AuditRecord {
  readonly actor: Actor;
  /** `<noun>.<past-participle>`, e.g. `session.created`. */
  readonly action: string;
  readonly sessionId?: string;
  /** Facts for whoever reads the trail. Never a secret, never what was said. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const insertEvent: RowInsert = {
  table: 'audit_events',
  columns: ['at', 'actor_kind', 'actor_id', 'user_id', 'action', 'session_id', 'details'],
};

/** Who did what. Written in the transaction of what was done; the database refuses to change or delete it. */
@Injectable()
export class AuditService {
  constructor(
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  record(manager: EntityManager, record: AuditRecord): void {
    const { actor, action, sessionId = null, details } = record;
    bufferRow(manager, insertEvent, [
      this.clock.now(),
      actor.kind,
      actor.id,
      actor.userId,
      action,
      sessionId,
      details === undefined ? null : JSON.stringify(details),
    ]);
  }

  /** For what changed nothing else: a refusal. In a transaction of its own, so not inside one. */
  async recordAlone(record: AuditRecord): Promise<void> {
    await this.writeQueue.run((manager) => this.record(manager, record));
  }
}
