import { Injectable } from '@nestjs/common';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { runStatement } from '../../database/statement.ts';
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

/** Who did what. Written in the transaction of what was done; the database refuses to change or delete it. */
@Injectable()
export class AuditService {
  constructor(
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  async record(manager: EntityManager, record: AuditRecord): Promise<void> {
    const { actor, action, sessionId = null, details } = record;
    await runStatement(
      manager,
      `INSERT INTO audit_events (at, actor_kind, actor_id, user_id, action, session_id, details)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        this.clock.now(),
        actor.kind,
        actor.id,
        actor.userId,
        action,
        sessionId,
        details === undefined ? null : JSON.stringify(details),
      ],
    );
  }

  /** For what changed nothing else: a refusal. In a transaction of its own, so not inside one. */
  async recordAlone(record: AuditRecord): Promise<void> {
    await this.writeQueue.run((manager) => this.record(manager, record));
  }
}
