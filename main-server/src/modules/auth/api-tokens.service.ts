import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type {
  ApiTokenListResponse,
  CreateApiTokenRequest,
  CreatedApiTokenResponse,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRow } from '../../database/find-rows.ts';
import { unlessFull } from '../../database/storage-room.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { UsersService } from '../users/users.service.ts';
import { ApiTokenEntity } from './api-token.entity.ts';
import { toApiTokenResponse } from './api-token.mapper.ts';
import { loginEvents, type ApiTokenRevoked } from './login.events.ts';
import { hashSecret, makeSecret } from './secret-value.ts';

/** Says what the string is, to people and to scanners that look for leaked keys. */
const prefix = 'cwt_';
const hintLength = prefix.length + 4;
const expiresInDaysDefault = 90;
const dayMs = 24 * 60 * 60 * 1_000;
const usedEveryMs = 60 * 1_000;

@Injectable()
export class ApiTokensService {
  constructor(
    @InjectRepository(ApiTokenEntity) private readonly tokens: Repository<ApiTokenEntity>,
    private readonly users: UsersService,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** The only answer that holds the secret. */
  async create(user: AuthUser, request: CreateApiTokenRequest): Promise<CreatedApiTokenResponse> {
    const now = this.clock.now();
    const secret = prefix + makeSecret();
    const token: ApiTokenEntity = {
      id: randomUUID(),
      userId: user.id,
      name: request.name,
      scope: request.scope ?? 'full',
      secretHash: hashSecret(secret),
      hint: secret.slice(0, hintLength),
      createdAt: now,
      expiresAt: now + (request.expiresInDays ?? expiresInDaysDefault) * dayMs,
      lastUsedAt: null,
    };
    await this.writeQueue.run(async (manager) => {
      await manager.insert(ApiTokenEntity, token);
      const details = { tokenId: token.id, scope: token.scope };
      this.audit.record(manager, { actor: actorOf(user), action: 'api_token.created', details });
    });
    return { ...toApiTokenResponse(token), secret };
  }

  async list(user: AuthUser): Promise<ApiTokenListResponse> {
    const tokens = await this.tokens.find({
      where: { userId: user.id },
      order: { createdAt: 'DESC', id: 'ASC' },
    });
    return { tokens: tokens.map(toApiTokenResponse) };
  }

  /** @throws token.not_found */
  async revoke(user: AuthUser, tokenId: string): Promise<void> {
    await this.writeQueue.run(async (manager) => {
      const { affected } = await manager.delete(ApiTokenEntity, { id: tokenId, userId: user.id });
      if (!affected) throw new DomainError('token.not_found', { message: 'There is no such token.' });
      this.audit.record(manager, {
        actor: actorOf(user),
        action: 'api_token.revoked',
        details: { tokenId },
      });
      const revoked: ApiTokenRevoked = { tokenId, userId: user.id };
      this.writeQueue.afterCommit(manager, () => this.events.emit(loginEvents.apiTokenRevoked, revoked));
    });
  }

  /** Null for an unknown, revoked or expired one. */
  async authenticate(secret: string): Promise<AuthUser | null> {
    if (!secret.startsWith(prefix)) return null;
    const now = this.clock.now();
    const token = await findRow(this.tokens, { secretHash: hashSecret(secret) });
    if (!token || token.expiresAt <= now) return null;
    const user = await this.users.find(token.userId);
    if (!user) return null;
    if (token.lastUsedAt === null || now - token.lastUsedAt >= usedEveryMs) await this.noteUsed(token.id);
    const { id, username, role } = user;
    return { id, username, role, via: 'token', loginId: null, tokenId: token.id, scope: token.scope };
  }

  private async noteUsed(id: string): Promise<void> {
    await unlessFull(
      this.writeQueue.run((manager) =>
        manager.update(ApiTokenEntity, { id }, { lastUsedAt: this.clock.now() }),
      ),
    );
  }
}
