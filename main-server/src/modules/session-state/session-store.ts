import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { SessionStatus } from '@codex-webapp/contracts';
import { IsNull, Not, Repository, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { SessionEntity } from './session.entity.ts';
import { toMatchQuery } from './to-match-query.ts';
import type { Session } from './session.ts';

export interface SessionPageQuery {
  readonly ownerId: string;
  /** Words of titles and messages; null for all. */
  readonly search: string | null;
  readonly status: SessionStatus | null;
  /** The last one of the page before. */
  readonly after: Pick<Session, 'id' | 'lastActivityAt'> | null;
  readonly limit: number;
}

/** The same rules as `statusOf`, in SQL. */
const statusConditions: Readonly<Record<SessionStatus, string>> = {
  archived: 'session.archived_at IS NOT NULL',
  failed: `session.archived_at IS NULL AND session.container_status = 'error'`,
  'needs-you': `session.archived_at IS NULL AND session.container_status <> 'error' AND session.pending_requests > 0`,
  running: `session.archived_at IS NULL AND session.container_status <> 'error' AND session.pending_requests = 0
    AND session.running_turn_id IS NOT NULL`,
  stopped: `session.archived_at IS NULL AND session.container_status NOT IN ('error', 'running')
    AND session.pending_requests = 0 AND session.running_turn_id IS NULL`,
  idle: `session.archived_at IS NULL AND session.container_status = 'running'
    AND session.pending_requests = 0 AND session.running_turn_id IS NULL`,
};

/** Rows of sessions as wholes: listed and removed. */
@Injectable()
export class SessionStore {
  constructor(@InjectRepository(SessionEntity) private readonly sessions: Repository<SessionEntity>) {}

  /** Those with the newest activity first. Archived ones where they are asked for, or found by words alone. */
  async listPage({ ownerId, search, status, after, limit }: SessionPageQuery): Promise<readonly Session[]> {
    const match = search === null ? undefined : toMatchQuery(search);
    if (match === null) return [];
    const query = this.sessions
      .createQueryBuilder('session')
      .where('session.owner_id = :ownerId AND session.deleting_at IS NULL', { ownerId });
    if (match !== undefined) {
      query.andWhere('session.id IN (SELECT session_id FROM search_index WHERE search_index MATCH :match)', {
        match,
      });
    }
    if (status !== null) query.andWhere(`(${statusConditions[status]})`);
    else if (match === undefined) query.andWhere(`NOT (${statusConditions.archived})`);
    if (after !== null) beyond(query, after);
    return query
      .orderBy('session.lastActivityAt', 'DESC')
      .addOrderBy('session.id', 'ASC')
      .limit(limit)
      .getMany();
  }

  /** Those whose deletion was begun and not finished. */
  listDeleting(): Promise<readonly Session[]> {
    return this.sessions.findBy({ deletingAt: Not(IsNull()) });
  }

  /** With everything that belongs to it. */
  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.delete(SessionEntity, { id });
  }
}

function beyond(
  query: SelectQueryBuilder<SessionEntity>,
  after: Pick<Session, 'id' | 'lastActivityAt'>,
): void {
  query.andWhere(
    '(session.last_activity_at < :lastActivityAt OR (session.last_activity_at = :lastActivityAt AND session.id > :id))',
    after,
  );
}
