import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { ContainerProviderName, ContainerSizeName } from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { Repository, type EntityManager } from 'typeorm';
import type { OwnedSession } from '../session-state/session.ts';
import { ContainerEntity, type Container } from './container.entity.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerRoom } from './container-room.ts';
import { SerialByKey } from './serial-by-key.ts';

/** A session that nobody owns yet, with its container; without one when a crash came between the two. */
export interface PooledSession {
  readonly sessionId: string;
  readonly provider: ContainerProviderName;
  readonly size: ContainerSizeName;
  readonly internet: boolean;
  readonly recipe: string;
  readonly madeAt: number;
  readonly desired: Container['desired'] | null;
  readonly status: Container['status'] | null;
  readonly isConnected: boolean;
  /** Something was done in it: a copy of the database was put back that is older than its claim. */
  readonly isUsed: boolean;
}

interface PooledRow extends Omit<PooledSession, 'internet' | 'isConnected' | 'isUsed'> {
  readonly internet: number;
  readonly outboxSeq: number;
  readonly generation: number | null;
}

/** The containers that wait in the pool, and how one of them comes to its owner. */
@Injectable()
export class PooledContainers {
  constructor(
    @InjectRepository(ContainerEntity) private readonly containers: Repository<ContainerEntity>,
    private readonly records: ContainerRecords,
    private readonly room: ContainerRoom,
    private readonly serial: SerialByKey,
    private readonly failpoints: Failpoints,
  ) {}

  /** The oldest first. */
  async list(): Promise<readonly PooledSession[]> {
    const rows: readonly PooledRow[] = await this.containers.query(
      `SELECT sessions.id AS sessionId, sessions.provider, size, internet, pool_recipe AS recipe,
         sessions.created_at AS madeAt, outbox_seq AS outboxSeq, desired, status, generation
       FROM sessions LEFT JOIN containers ON containers.session_id = sessions.id
       WHERE owner_id IS NULL AND deleting_at IS NULL ORDER BY sessions.created_at`,
    );
    return rows.map(({ internet, generation, outboxSeq, ...row }) => ({
      ...row,
      internet: internet === 1,
      isUsed: outboxSeq > 0,
      isConnected: generation !== null && this.records.isConnected({ sessionId: row.sessionId, generation }),
    }));
  }

  /** Whether something is being done to it: mostly somebody else claims it. */
  isBusy({ sessionId }: PooledSession): boolean {
    return this.serial.isBusy(sessionId);
  }

  /**
   * Gives it to whom `take` says, as a session that runs, once nothing else is being done to it. Null when it is no
   * longer there to be given. @throws container.limit_reached, and what `take` throws
   */
  async handOver(
    { sessionId, provider }: PooledSession,
    ownerId: string,
    take: (manager: EntityManager) => Promise<OwnedSession | null>,
  ): Promise<OwnedSession | null> {
    // In the session's turn: whatever is done to it next finds its owner.
    const given = await this.serial.run(sessionId, () =>
      this.room.reserve({ sessionId, ownerId, provider, givesWay: false }, () =>
        this.records.handOver(sessionId, take),
      ),
    );
    await this.failpoints.hit('containers.pool.handed-over');
    return given;
  }
}
