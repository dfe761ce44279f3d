import { hash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { LessThanOrEqual, Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import type { Eventual } from '../../common/eventual.ts';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { loginEvents, type LoginEnded } from '../auth/login.events.ts';
import { LoginsService } from '../auth/logins.service.ts';
import type { TicketSubject } from '../tickets/ticket.ts';
import { BriefMemory } from './brief-memory.ts';
import { SessionOriginGrantEntity } from './session-origin-grant.entity.ts';

/** A page that is open for longer enters again by itself. */
export const grantLifetimeMs = 12 * 60 * 60 * 1_000;

/** Who may see a session's origin: the login that entered it, for as long as the login lives. */
@Injectable()
export class SessionOriginGrantsService {
  private readonly memory: BriefMemory<AuthUser>;

  constructor(
    @InjectRepository(SessionOriginGrantEntity) private readonly grants: Repository<SessionOriginGrantEntity>,
    private readonly logins: LoginsService,
    private readonly audit: AuditService,
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {
    this.memory = new BriefMemory(clock);
  }

  /** Returns the secret for the cookie; only its hash is stored. @throws user.forbidden for an API token */
  async create({ user, sessionId }: TicketSubject): Promise<string> {
    const { loginId } = user;
    if (loginId === null) {
      throw new DomainError('user.forbidden', { message: 'Only a login can open the page of a session.' });
    }
    const secret = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    await this.writeQueue.run(
      async (manager) => {
        await manager.delete(SessionOriginGrantEntity, { expiresAt: LessThanOrEqual(now) });
        await manager.insert(SessionOriginGrantEntity, {
          id: randomUUID(),
          secretHash: hashOf(secret),
          sessionId,
          userId: user.id,
          loginId,
          createdAt: now,
          expiresAt: now + grantLifetimeMs,
        });
        this.audit.record(manager, { actor: actorOf(user), action: 'session.entered', sessionId });
      },
      { isUrgent: true },
    );
    return secret;
  }

  /** Null for a secret that is unknown, of another session, or whose login has ended. */
  findUser(secret: string, sessionId: string): Eventual<AuthUser | null> {
    const secretHash = hashOf(secret);
    return this.memory.find(`${sessionId} ${secretHash}`, () => this.readUser(secretHash, sessionId));
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.memory.forget((user) => user.loginId === loginId);
  }

  private async readUser(secretHash: string, sessionId: string): Promise<AuthUser | null> {
    const grant = await findRow(this.grants, { secretHash, sessionId });
    if (!grant || grant.expiresAt <= this.clock.now()) return null;
    const user = await this.logins.findUser(grant.loginId);
    return user?.id === grant.userId ? user : null;
  }
}

function hashOf(secret: string): string {
  return hash('sha256', secret);
}
