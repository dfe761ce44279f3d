import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError, type UpgradeContext } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { CredentialsService } from '../auth/credentials.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { TicketsService } from '../tickets/tickets.service.ts';
import type { SessionGuest } from './session-clients.ts';
import { assertRole, credentialMissing } from './socket-credentials.ts';

/** Decides who may open `/ws/sessions/:sessionId` as a client: a ticket from its origin, or an API token. */
@Injectable()
export class ClientUpgradeGuard {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly tickets: TicketsService,
    private readonly sessions: SessionStateService,
  ) {}

  /** @throws login.required, ticket.invalid, token.invalid, role.mismatch, session.not_found */
  async authorize(
    request: IncomingMessage,
    { params, query, listener }: UpgradeContext,
  ): Promise<SessionGuest> {
    if (listener !== 'public')
      throw new DomainError('route.not_found', { message: 'There is no socket at this path.' });
    const sessionId = params['sessionId'] ?? '';
    const user = await this.identify(request, query, sessionId);
    assertRole(query, 'client');
    await this.sessions.getOwned(user, sessionId);
    return { user, sessionId, by: 'socket' };
  }

  private async identify(
    request: IncomingMessage,
    query: URLSearchParams,
    sessionId: string,
  ): Promise<AuthUser> {
    // A cookie alone is no proof that our page asks: it comes along with everybody's upgrade.
    if (request.headers.authorization !== undefined) {
      const user = await this.credentials.authenticate(request);
      if (user) return user;
      throw new DomainError('token.invalid', { message: 'The token is not valid, or no longer valid.' });
    }
    const ticket = query.get('token');
    if (!ticket) throw credentialMissing();
    return this.tickets.redeem(ticket, 'socket', { sessionId, origin: request.headers.origin ?? '' }).user;
  }
}
