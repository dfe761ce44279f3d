import { Injectable } from '@nestjs/common';
import type { CreateTicketRequest, TicketResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { TicketsService } from '../tickets/tickets.service.ts';

/** Hands out what opens a session's socket and its own origin. */
@Injectable()
export class SessionTicketsService {
  constructor(
    private readonly state: SessionStateService,
    private readonly tickets: TicketsService,
  ) {}

  /** Good on the session's own origin only. @throws session.not_found, user.forbidden */
  async issue(
    user: AuthUser,
    sessionId: string,
    { purpose = 'socket' }: CreateTicketRequest,
  ): Promise<TicketResponse> {
    const { origin } = this.state.toResponse(await this.state.getOwned(user, sessionId));
    if (purpose === 'enter' && user.loginId === null) {
      throw new DomainError('user.forbidden', {
        message: 'Log in with a browser to open the session there.',
      });
    }
    const { ticket, expiresAt } = this.tickets.issue({ purpose, user, sessionId, origin });
    return { ticket, expiresAt, url: purpose === 'enter' ? `${origin}/__session/enter#${ticket}` : null };
  }
}
