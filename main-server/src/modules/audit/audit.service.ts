import { Injectable } from '@nestjs/common';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { WriteQueue } from '../../database/write-queue.ts';
import type { Actor } from './actor.ts';
import { AuditEventEntity } from './audit-event.entity.ts';

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
    await manager.insert(AuditEventEntity, {
      at: this.clock.now(),
      actorKind: record.actor.kind,
      actorId: record.actor.id,
      userId: record.actor.userId,
      action: record.action,
      sessionId: record.sessionId ?? null,
      details: record.details ?? null,
    });
  }

  /** For what changed nothing else: a refusal. In a transaction of its own, so not inside one. */
  async recordAlone(record: AuditRecord): Promise<void> {
    await this.writeQueue.run((manager) => this.record(manager, record));
  }
}
