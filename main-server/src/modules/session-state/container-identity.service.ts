import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { DataSource } from 'typeorm';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { bearerOf, type CredentialRequest } from '../../common/bearer.ts';
import { SessionTokensService, tokenInvalid } from '../auth/session-tokens.service.ts';

/** Which session's container is asking: a session token of the current generation of a session that still exists. */
@Injectable()
export class ContainerIdentityService {
  constructor(
    private readonly tokens: SessionTokensService,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws login.required without a token, token.invalid, container.generation_old */
  async authenticate(request: CredentialRequest): Promise<ContainerIdentity> {
    const token = bearerOf(request);
    if (token === null)
      throw new DomainError('login.required', { message: 'Send the session token as a bearer token.' });
    return this.authenticateToken(token);
  }

  /** For a token that came another way, as in the query of a socket. */
  async authenticateToken(token: string): Promise<ContainerIdentity> {
    const identity = this.tokens.verify(token);
    const rows: readonly { generation: number }[] = await this.dataSource.query(
      `SELECT containers.generation FROM containers JOIN sessions ON sessions.id = containers.session_id
       WHERE sessions.id = ? AND sessions.deleting_at IS NULL`,
      [identity.sessionId],
    );
    const current = rows[0];
    if (!current) throw tokenInvalid();
    if (current.generation !== identity.generation) {
      throw new DomainError('container.generation_old', {
        message: 'The container was replaced by a newer one; this token is no longer valid.',
      });
    }
    return identity;
  }
}
