import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DomainError } from '@codex-webapp/nest-kit';
import { DataSource } from 'typeorm';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { bearerOf, type CredentialRequest } from '../../common/bearer.ts';
import { SessionTokensService, tokenInvalid } from '../auth/session-tokens.service.ts';
import { sessionEvents, type SessionRemoved } from './session.events.ts';
import { sessionNotFound } from './session-state.service.ts';

/** Which session's container is asking: a session token of the current generation of a session that still exists. */
@Injectable()
export class ContainerIdentityService {
  /** Of sessions that were asked for: a container sends many requests within a generation. */
  private readonly current = new Map<string, Current>();
  private changes = 0;

  constructor(
    private readonly tokens: SessionTokensService,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * What waits in the pool has a link and nothing to say by a request.
   * @throws login.required without a token, token.invalid, container.generation_old, session.not_found
   */
  async authenticate(request: CredentialRequest): Promise<ContainerIdentity> {
    const token = bearerOf(request);
    if (token === null)
      throw new DomainError('login.required', { message: 'Send the session token as a bearer token.' });
    const identity = await this.authenticateToken(token);
    if ((await this.find(identity.sessionId))?.isPooled === true) throw sessionNotFound();
    return identity;
  }

  /** For a token that came another way, as in the query of a socket. */
  async authenticateToken(token: string): Promise<ContainerIdentity> {
    const identity = this.tokens.verify(token);
    const current = await this.find(identity.sessionId);
    if (current === null) throw tokenInvalid();
    if (current.generation !== identity.generation) {
      throw new DomainError('container.generation_old', {
        message: 'The container was replaced by a newer one; this token is no longer valid.',
      });
    }
    return identity;
  }

  /** To be called once another generation, an owner, or the end of the session is committed. */
  forget(sessionId: string): void {
    this.changes += 1;
    this.current.delete(sessionId);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.forget(sessionId);
  }

  /** Null for a session that is not there, or not for long. */
  private async find(sessionId: string): Promise<Current | null> {
    const known = this.current.get(sessionId);
    if (known !== undefined) return known;
    const changesBefore = this.changes;
    const rows: readonly { generation: number; owner_id: string | null }[] = await this.dataSource.query(
      `SELECT containers.generation, sessions.owner_id FROM containers JOIN sessions ON sessions.id = containers.session_id
       WHERE sessions.id = ? AND sessions.deleting_at IS NULL`,
      [sessionId],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const current = { generation: row.generation, isPooled: row.owner_id === null };
    // What was read while something changed may be from before it.
    if (changesBefore === this.changes) this.current.set(sessionId, current);
    return current;
  }
}

interface Current {
  readonly generation: number;
  readonly isPooled: boolean;
}
