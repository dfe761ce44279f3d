import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { LessThanOrEqual, Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { loginEvents, type LoginEnded } from '../auth/login.events.ts';
import { LoginsService } from '../auth/logins.service.ts';
import type { TicketSubject } from '../tickets/ticket.ts';
import { SessionOriginGrantEntity } from './session-origin-grant.entity.ts';

/** A page that is open for longer enters again by itself. */
export const grantLifetimeMs = 12 * 60 * 60 * 1_000;

/** An answer of the database is believed for so long: a page asks for many things at once. */
const rememberMs = 1_000;

interface Remembered {
  readonly user: AuthUser;
  readonly until: number;
}

/** Who may see a session's origin: the login that entered it, for as long as the login lives. */
@Injectable()
export class SessionOriginGrantsService {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    @InjectRepository(SessionOriginGrantEntity) private readonly grants: Repository<SessionOriginGrantEntity>,
    private readonly logins: LoginsService,
    private readonly audit: AuditService,
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  /** Returns the secret for the cookie; only its hash is stored. @throws user.forbidden for an API token */
  async create({ user, sessionId }: TicketSubject): Promise<string> {
    const { loginId } = user;
    if (loginId === null) {
      throw new DomainError('user.forbidden', { message: 'Only a login can open the page of a session.' });
    }
    const secret = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    await this.writeQueue.run(async (manager) => {
      await manager.delete(SessionOriginGrantEntity, { expiresAt: LessThanOrEqual(now) });
      await manager.insert(SessionOriginGrantEntity, {
        id: randomUUID(),
        secretHash: hash(secret),
        sessionId,
        userId: user.id,
        loginId,
        createdAt: now,
        expiresAt: now + grantLifetimeMs,
      });
      await this.audit.record(manager, { actor: actorOf(user), action: 'session.entered', sessionId });
    });
    return secret;
  }

  /** Null for a secret that is unknown, of another session, or whose login has ended. */
  async findUser(secret: string, sessionId: string): Promise<AuthUser | null> {
    const secretHash = hash(secret);
    const key = `${sessionId} ${secretHash}`;
    const now = this.clock.now();
    const remembered = this.remembered.get(key);
    if (remembered && remembered.until > now) return remembered.user;
    this.remembered.delete(key);
    const grant = await this.grants.findOneBy({ secretHash, sessionId });
    if (!grant || grant.expiresAt <= now) return null;
    const user = await this.logins.findUser(grant.loginId);
    if (!user || user.id !== grant.userId) return null;
    this.remember(key, { user, until: now + rememberMs });
    return user;
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    for (const [key, { user }] of this.remembered) if (user.loginId === loginId) this.remembered.delete(key);
  }

  private remember(key: string, remembered: Remembered): void {
    const now = this.clock.now();
    for (const [other, { until }] of this.remembered) if (until <= now) this.remembered.delete(other);
    this.remembered.set(key, remembered);
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
