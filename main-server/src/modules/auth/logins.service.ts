import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock } from '@codex-webapp/nest-kit';
import { LessThanOrEqual, Repository, type EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRow } from '../../database/find-rows.ts';
import { unlessFull } from '../../database/storage-room.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { UsersService } from '../users/users.service.ts';
import type { User } from '../users/user.ts';
import { LoginEntity } from './login.entity.ts';
import { loginEvents, type LoginEnded } from './login.events.ts';
import { hashSecret, makeSecret } from './secret-value.ts';

const hourMs = 60 * 60 * 1_000;

const loginLifetime = {
  /** Without a request for so long a login ends. */
  idleMs: 12 * hourMs,
  /** A login ends after so long whatever happens. */
  absoluteMs: 7 * 24 * hourMs,
} as const;

/** `last_seen_at` is written this seldom: a write per request would cost more than it tells. */
const seenEveryMs = 60 * 1_000;
const userAgentMaxLength = 300;

export interface StartedLogin {
  readonly loginId: string;
  /** For the cookie; only its hash is stored. */
  readonly secret: string;
  readonly maxAgeSeconds: number;
}

/** Browsers' authenticated states. */
@Injectable()
export class LoginsService {
  constructor(
    @InjectRepository(LoginEntity) private readonly logins: Repository<LoginEntity>,
    private readonly users: UsersService,
    private readonly writeQueue: WriteQueue,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Always a new id: none that was known before the password was checked is good for anything after it. */
  async start(manager: EntityManager, user: User, userAgent: string): Promise<StartedLogin> {
    const now = this.clock.now();
    const secret = makeSecret();
    const loginId = randomUUID();
    await manager.insert(LoginEntity, {
      id: loginId,
      secretHash: hashSecret(secret),
      userId: user.id,
      userAgent: userAgent.slice(0, userAgentMaxLength),
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + loginLifetime.absoluteMs,
    });
    return { loginId, secret, maxAgeSeconds: loginLifetime.absoluteMs / 1_000 };
  }

  /** Null for an unknown or ended one. The role is read anew each time. */
  async authenticate(secret: string): Promise<AuthUser | null> {
    return this.toUser(await findRow(this.logins, { secretHash: hashSecret(secret) }));
  }

  /** For who was let in by something that hangs on the login; counts as use of it. Null for an ended one. */
  async findUser(loginId: string): Promise<AuthUser | null> {
    return this.toUser(await findRow(this.logins, { id: loginId }));
  }

  /** Whoever holds a socket open for it hears `login.ended` after the commit. Ending an ended one succeeds. */
  async end(manager: EntityManager, loginId: string): Promise<void> {
    const login = await manager.findOneBy(LoginEntity, { id: loginId });
    if (!login) return;
    await manager.delete(LoginEntity, { id: loginId });
    const ended: LoginEnded = { loginId, userId: login.userId };
    this.writeQueue.afterCommit(manager, () => this.events.emit(loginEvents.ended, ended));
  }

  /** Ends the login a browser had before it logged in again. */
  async endBySecret(manager: EntityManager, secret: string): Promise<void> {
    const login = await manager.findOneBy(LoginEntity, { secretHash: hashSecret(secret) });
    if (login) await this.end(manager, login.id);
  }

  /** Ends those whose time is over, so that their sockets close too. */
  async endExpired(): Promise<void> {
    const now = this.clock.now();
    const expired = await this.logins.find({
      where: [
        { expiresAt: LessThanOrEqual(now) },
        { lastSeenAt: LessThanOrEqual(now - loginLifetime.idleMs) },
      ],
    });
    if (expired.length === 0) return;
    await this.writeQueue.run(async (manager) => {
      for (const login of expired) await this.end(manager, login.id);
    });
  }

  private async toUser(login: LoginEntity | null): Promise<AuthUser | null> {
    if (!login || this.hasEnded(login)) return null;
    const user = await this.users.find(login.userId);
    if (!user) return null;
    if (this.clock.now() - login.lastSeenAt >= seenEveryMs) await this.noteSeen(login.id);
    const { id, username, role } = user;
    return { id, username, role, via: 'login', loginId: login.id, tokenId: null, scope: 'full' };
  }

  private hasEnded(login: LoginEntity): boolean {
    const now = this.clock.now();
    return now >= login.expiresAt || now - login.lastSeenAt >= loginLifetime.idleMs;
  }

  private async noteSeen(id: string): Promise<void> {
    await unlessFull(
      this.writeQueue.run((manager) => manager.update(LoginEntity, { id }, { lastSeenAt: this.clock.now() })),
    );
  }
}
