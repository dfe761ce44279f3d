import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import {
  credentialLimits,
  type CredentialKind,
  type CredentialListResponse,
  type SaveCredentialRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { chooseCredential } from './choose-credential.ts';
import { toContent } from './credential-content.ts';
import { toCredentialResponse } from './credential.mapper.ts';
import { CredentialStore } from './credential-store.ts';
import { credentialEvents, type CredentialsChanged } from './credentials.events.ts';
import { ServerLogins } from './server-logins.ts';
import { UserRates } from './user-rates.ts';

/** What users log their agents in with. It goes in, is used, and is never told again. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly store: CredentialStore,
    private readonly serverLogins: ServerLogins,
    private readonly rates: UserRates,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly events: EventEmitter2,
  ) {}

  async list(user: AuthUser): Promise<CredentialListResponse> {
    const stored = await this.store.list(user.id);
    const used = new Set(
      [...new Set(stored.map(({ row }) => row.agent))].map(
        (agent) => chooseCredential(stored.filter(({ row }) => row.agent === agent))?.row,
      ),
    );
    const credentials = stored.map(({ row, content }) =>
      toCredentialResponse(row, content, { isUsed: used.has(row) }),
    );
    return { credentials, fromServer: this.serverLogins.agents };
  }

  /**
   * Takes the place of what was there; sessions that run use it from their next message on.
   * @throws request.invalid, credential.kind_unknown, credential.limit_reached, request.too_many
   */
  async save(
    user: AuthUser,
    { agent, kind }: { readonly agent: string; readonly kind: CredentialKind },
    request: SaveCredentialRequest,
  ): Promise<CredentialListResponse> {
    this.rates.countChange(user.id);
    const content = toContent(agent, kind, request);
    const place = { userId: user.id, agent, kind };
    await this.writeQueue.run(async (manager) => {
      if ((await this.store.read(manager, place)) === null) await this.assertRoom(manager, user.id);
      await this.store.put(manager, place, content);
      const details = { agent, kind };
      this.audit.record(manager, { actor: actorOf(user), action: 'credential.saved', details });
      this.announce(manager, user.id);
    });
    return this.list(user);
  }

  /** @throws credential.not_found, request.too_many */
  async remove(
    user: AuthUser,
    { agent, kind }: { readonly agent: string; readonly kind: CredentialKind },
  ): Promise<CredentialListResponse> {
    this.rates.countChange(user.id);
    await this.writeQueue.run(async (manager) => {
      if (!(await this.store.remove(manager, { userId: user.id, agent, kind }))) throw credentialNotFound();
      const details = { agent, kind };
      this.audit.record(manager, { actor: actorOf(user), action: 'credential.removed', details });
      this.announce(manager, user.id);
    });
    return this.list(user);
  }

  private async assertRoom(manager: EntityManager, userId: string): Promise<void> {
    const max = credentialLimits.credentialsMax;
    if ((await this.store.count(manager, userId)) < max) return;
    throw new DomainError('credential.limit_reached', {
      message: `You keep ${max} logins of agents already. Remove one you do not need.`,
    });
  }

  private announce(manager: EntityManager, userId: string): void {
    const changed: CredentialsChanged = { userId };
    this.writeQueue.afterCommit(manager, () => this.events.emit(credentialEvents.changed, changed));
  }
}

export function credentialNotFound(): DomainError {
  return new DomainError('credential.not_found', { message: 'There is no such login of this agent.' });
}
