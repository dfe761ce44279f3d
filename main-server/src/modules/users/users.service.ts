import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { CreateUserRequest, UserListResponse, UserResponse, UserRole } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { Repository, type EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { PasswordHasher } from './password-hasher.ts';
import { UserEntity } from './user.entity.ts';
import { toUserResponse } from './user.mapper.ts';
import { usernameKey, type User } from './user.ts';

export interface NewUser {
  readonly username: string;
  readonly passwordHash: string;
  readonly role: UserRole;
}

@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  /** For admins. @throws user.name_taken */
  async create(admin: AuthUser, request: CreateUserRequest): Promise<UserResponse> {
    const passwordHash = await this.hasher.hash(request.password);
    return this.writeQueue.run(async (manager) => {
      const { username, role = 'user' } = request;
      const user = await this.insert(manager, { username, passwordHash, role });
      this.audit.record(manager, {
        actor: actorOf(admin),
        action: 'user.created',
        details: { userId: user.id, role },
      });
      return toUserResponse(user);
    });
  }

  async list(): Promise<UserListResponse> {
    const users = await this.users.find({ order: { createdAt: 'ASC', id: 'ASC' } });
    return { users: users.map(toUserResponse) };
  }

  find(id: string): Promise<User | null> {
    return findRow(this.users, { id });
  }

  findByName(username: string): Promise<User | null> {
    return this.users.findOneBy({ usernameKey: usernameKey(username) });
  }

  /** With the manager of a transaction: as that transaction sees it. */
  hasAdmin(manager?: EntityManager): Promise<boolean> {
    return manager ? manager.existsBy(UserEntity, { role: 'admin' }) : this.users.existsBy({ role: 'admin' });
  }

  /** @throws user.name_taken */
  async insert(manager: EntityManager, { username, passwordHash, role }: NewUser): Promise<User> {
    const key = usernameKey(username);
    if (await manager.existsBy(UserEntity, { usernameKey: key })) {
      throw new DomainError('user.name_taken', { message: 'This name is taken: choose another one.' });
    }
    const now = this.clock.now();
    const user: User = {
      id: randomUUID(),
      username,
      usernameKey: key,
      passwordHash,
      role,
      createdAt: now,
      updatedAt: now,
    };
    await manager.insert(UserEntity, user);
    return user;
  }

  /** Replaces a hash made with weaker parameters. */
  async rehash(id: string, passwordHash: string): Promise<void> {
    await this.writeQueue.run((manager) =>
      manager.update(UserEntity, { id }, { passwordHash, updatedAt: this.clock.now() }),
    );
  }

  toResponse(user: User): UserResponse {
    return toUserResponse(user);
  }
}
