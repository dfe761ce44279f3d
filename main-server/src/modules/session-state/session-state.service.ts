import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntryBodyOf, SessionResponse } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { In, IsNull, Not, Repository, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { sessionEvents, type SessionChanged, type SessionRemoved } from './session.events.ts';
import { SessionEntity } from './session.entity.ts';
import { toSessionResponse } from './session.mapper.ts';
import type { OwnedSession, Session, SessionPatch } from './session.ts';

export interface SessionCounts {
  /** That belong to somebody. */
  readonly all: number;
  /** Of these, one user's. */
  readonly own: number;
}

/** The row of a session: read by all modules, changed through `patch`, announced to pages after the commit. */
@Injectable()
export class SessionStateService {
  constructor(
    @InjectRepository(SessionEntity) private readonly sessions: Repository<SessionEntity>,
    private readonly writeQueue: WriteQueue,
    private readonly publicOrigin: PublicOrigin,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Also one that is being deleted. */
  find(id: string): Promise<Session | null> {
    return findRow(this.sessions, { id });
  }

  /** Absent, foreign and half-deleted sessions are not found alike. @throws session.not_found */
  async getOwned(user: Pick<AuthUser, 'id'>, id: string): Promise<OwnedSession> {
    const session = await findRow(this.sessions, { id, ownerId: user.id, deletingAt: null });
    if (!session || !isOwned(session)) throw sessionNotFound();
    return session;
  }

  /** As of now; what is being added in a transaction is not seen. */
  count(ownerId: string): Promise<SessionCounts> {
    return countSessions(ownerId, (where) => this.sessions.countBy(where));
  }

  /** The same within a transaction. */
  countWithin(manager: EntityManager, ownerId: string): Promise<SessionCounts> {
    return countSessions(ownerId, (where) => manager.countBy(SessionEntity, where));
  }

  /** Of all sessions that belong to the user. */
  async listIdsOf(ownerId: string): Promise<readonly string[]> {
    const rows = await this.sessions.find({ select: { id: true }, where: { ownerId, deletingAt: IsNull() } });
    return rows.map(({ id }) => id);
  }

  /** Those with a turn that no container can report the end of any more. */
  listStoppedInTurn(): Promise<readonly Session[]> {
    return this.sessions.findBy({
      runningTurnId: Not(IsNull()),
      containerStatus: In(['stopped', 'error', 'absent']),
      deletingAt: IsNull(),
    });
  }

  /** Those that are to go on by themselves when a usage limit resets. */
  listContinuingAfterLimit(): Promise<readonly Session[]> {
    return this.sessions.findBy({
      continuesAfterLimit: true,
      limitResetsAt: Not(IsNull()),
      archivedAt: IsNull(),
      deletingAt: IsNull(),
    });
  }

  /** Inside a transaction, with what it has written so far. @throws session.not_found */
  async read(manager: EntityManager, id: string): Promise<Session> {
    const session = await manager.findOneBy(SessionEntity, { id, deletingAt: IsNull() });
    if (!session) throw sessionNotFound();
    return session;
  }

  /** The session a host name belongs to; none for one that is being deleted, or that nobody owns. */
  async findByLabel(label: string): Promise<OwnedSession | null> {
    const session = await findRow(this.sessions, { label, deletingAt: null });
    return session !== null && isOwned(session) ? session : null;
  }

  /** One that waits in the pool; null when it does not, or no longer. */
  findPooled(manager: EntityManager, id: string): Promise<Session | null> {
    return manager.findOneBy(SessionEntity, { id, ownerId: IsNull(), deletingAt: IsNull() });
  }

  /** What waits in the pool becomes the session of `draft`, whose own id and label are not used. */
  async handOver(manager: EntityManager, pooled: Session, draft: OwnedSession): Promise<OwnedSession> {
    const { id, label, provider, containerStatus, containerReason, outboxEpoch, outboxSeq } = pooled;
    const kept = { id, label, provider, containerStatus, containerReason, outboxEpoch, outboxSeq };
    const session = { ...draft, ...kept, poolRecipe: null };
    await manager.update(SessionEntity, { id }, session);
    this.announce(manager, session);
    return session;
  }

  /**
   * Writes the row and returns what its history says about it. Pages that show the list are told after the commit.
   * @throws session.not_found
   */
  async patch(
    manager: EntityManager,
    id: string,
    patch: SessionPatch,
  ): Promise<EntryBodyOf<'session.changed'>> {
    await manager.update(SessionEntity, { id }, { ...patch, updatedAt: this.clock.now() });
    const session = await manager.findOneBy(SessionEntity, { id });
    if (!session) throw sessionNotFound();
    return { type: 'session.changed', session: this.announce(manager, session) };
  }

  async insert(manager: EntityManager, session: Session): Promise<SessionResponse> {
    await manager.insert(SessionEntity, session);
    return this.announce(manager, session);
  }

  /** For columns no page shows: announces nothing. */
  async patchQuietly(manager: EntityManager, id: string, patch: SessionPatch): Promise<void> {
    await manager.update(SessionEntity, { id }, patch);
  }

  toResponse(session: Session): SessionResponse {
    return toSessionResponse(session, (label) => this.publicOrigin.ofSession(label));
  }

  /** From the commit on nobody finds the session; `session.removed` follows it. */
  async markDeleting(manager: EntityManager, { id, ownerId }: Session): Promise<void> {
    await manager.update(SessionEntity, { id }, { deletingAt: this.clock.now() });
    const removed: SessionRemoved = { ownerId, sessionId: id };
    this.writeQueue.afterCommit(manager, () => this.events.emit(sessionEvents.removed, removed));
  }

  /** Tells pages that show the list, after the commit, what the session is now. */
  private announce(manager: EntityManager, session: Session): SessionResponse {
    const response = this.toResponse(session);
    if (isOwned(session) && session.deletingAt === null) {
      const changed: SessionChanged = { ownerId: session.ownerId, response };
      this.writeQueue.afterCommit(manager, () => this.events.emit(sessionEvents.changed, changed));
    }
    return response;
  }
}

export function isOwned(session: Session): session is OwnedSession {
  return session.ownerId !== null;
}

export function sessionNotFound(): DomainError {
  return new DomainError('session.not_found', { message: 'There is no such session.' });
}

async function countSessions(
  ownerId: string,
  countBy: (where: FindOptionsWhere<SessionEntity>) => Promise<number>,
): Promise<SessionCounts> {
  const present = { deletingAt: IsNull() };
  return {
    all: await countBy({ ...present, ownerId: Not(IsNull()) }),
    own: await countBy({ ...present, ownerId }),
  };
}
