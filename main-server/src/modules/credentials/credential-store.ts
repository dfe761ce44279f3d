import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { CredentialKind } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { Repository, type EntityManager } from 'typeorm';
import { findRows } from '../../database/find-rows.ts';
import { unlessFull } from '../../database/storage-room.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import type { CredentialContent } from './credential-content.ts';
import { CredentialEntity, type Credential } from './credential.entity.ts';
import { CredentialVault } from './credential-vault.ts';

export type CredentialPlace = Pick<Credential, 'userId' | 'agent' | 'kind'>;

/** A row, and what it holds; null where nobody can open it any more. */
export interface StoredCredential {
  readonly row: Credential;
  readonly content: CredentialContent | null;
}

const usedEveryMs = 60 * 1_000;

/** Rows of credentials with what is sealed in them. */
@Injectable()
export class CredentialStore {
  constructor(
    @InjectRepository(CredentialEntity) private readonly credentials: Repository<CredentialEntity>,
    private readonly vault: CredentialVault,
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  async list(userId: string): Promise<readonly StoredCredential[]> {
    const rows = await findRows(this.credentials, { where: { userId }, order: { agent: 'ASC' } });
    return rows.map((row) => this.open(row));
  }

  async listOf(userId: string, agent: string): Promise<readonly StoredCredential[]> {
    const rows = await findRows(this.credentials, { where: { userId, agent } });
    return rows.map((row) => this.open(row));
  }

  async find(userId: string, agent: string, kind: CredentialKind): Promise<StoredCredential | null> {
    const rows = await this.listOf(userId, agent);
    return rows.find(({ row }) => row.kind === kind) ?? null;
  }

  /** As `find`, with what this transaction has written so far. */
  async read(
    manager: EntityManager,
    { userId, agent, kind }: CredentialPlace,
  ): Promise<StoredCredential | null> {
    const row = await manager.findOneBy(CredentialEntity, { userId, agent, kind });
    return row && this.open(row);
  }

  count(manager: EntityManager, userId: string): Promise<number> {
    return manager.countBy(CredentialEntity, { userId });
  }

  /** Takes the place of what was there, and begins anew: never used, never refused. */
  async put(manager: EntityManager, place: CredentialPlace, content: CredentialContent): Promise<Credential> {
    const now = this.clock.now();
    const known = await manager.findOneBy(CredentialEntity, place);
    const row: CredentialEntity = {
      ...place,
      sealed: this.vault.seal(place, content),
      refusedAt: null,
      lastUsedAt: null,
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
    };
    await manager.upsert(CredentialEntity, row, ['userId', 'agent', 'kind']);
    return row;
  }

  /** The same login with other tokens. */
  async renew(manager: EntityManager, place: CredentialPlace, content: CredentialContent): Promise<void> {
    const { userId, agent, kind } = place;
    const sealed = this.vault.seal(place, content);
    await manager.update(CredentialEntity, { userId, agent, kind }, { sealed, refusedAt: null });
  }

  /** Its maker does not renew it any more. */
  async markRefused(manager: EntityManager, { userId, agent, kind }: CredentialPlace): Promise<void> {
    await manager.update(CredentialEntity, { userId, agent, kind }, { refusedAt: this.clock.now() });
  }

  /** False when there was none. */
  async remove(manager: EntityManager, { userId, agent, kind }: CredentialPlace): Promise<boolean> {
    return Boolean((await manager.delete(CredentialEntity, { userId, agent, kind })).affected);
  }

  /** To the minute. */
  async noteUsed({ userId, agent, kind, lastUsedAt }: Credential): Promise<void> {
    const now = this.clock.now();
    if (lastUsedAt !== null && now - lastUsedAt < usedEveryMs) return;
    await unlessFull(
      this.writeQueue.run((manager) =>
        manager.update(CredentialEntity, { userId, agent, kind }, { lastUsedAt: now }),
      ),
    );
  }

  private open(row: Credential): StoredCredential {
    return { row, content: this.vault.open(row) };
  }
}
