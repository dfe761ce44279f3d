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

/** An origin of a session. */
export interface GrantPlace {
  /** Of the session. */
  readonly id: string;
  readonly origin: string;
}

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
  async create({ user, sessionId, origin }: TicketSubject): Promise<string> {
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
          secretHash: hashOf(secret, origin),
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

  /** Null for a secret that is unknown, of another session or another of its origins, or whose login has ended. */
  findUser(secret: string, { id, origin }: GrantPlace): Eventual<AuthUser | null> {
    const secretHash = hashOf(secret, origin);
    return this.memory.find(`${id} ${secretHash}`, () => this.readUser(secretHash, id));
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

/** With the origin in it: what opens a preview opens neither the session's page nor another port. */
function hashOf(secret: string, origin: string): string {
  return hash('sha256', `${origin}\n${secret}`);
}
