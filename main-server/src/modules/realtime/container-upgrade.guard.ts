import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError, type UpgradeContext } from '@codex-webapp/nest-kit';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { ContainerIdentityService } from '../session-state/container-identity.service.ts';
import { assertRole, credentialMissing, tokenOf } from './socket-credentials.ts';

/** Decides who may open `/ws/sessions/:sessionId` as its container: the holder of its current session token. */
@Injectable()
export class ContainerUpgradeGuard {
  constructor(private readonly identities: ContainerIdentityService) {}

  /** @throws login.required, token.invalid, container.generation_old, role.mismatch, origin.forbidden */
  async authorize(request: IncomingMessage, { params, query }: UpgradeContext): Promise<ContainerIdentity> {
    const token = tokenOf(request, query);
    if (token === null) throw credentialMissing();
    const identity = await this.identities.authenticateToken(token);
    assertRole(query, 'container');
    if (identity.sessionId !== params['sessionId']) {
      throw new DomainError('token.invalid', { message: 'This token is for another session.' });
    }
    if (request.headers.origin !== undefined) {
      throw new DomainError('origin.forbidden', { message: 'A container is not a web page.' });
    }
    return identity;
  }
}
