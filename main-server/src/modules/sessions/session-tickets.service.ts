import { Injectable } from '@nestjs/common';
import type { CreateTicketRequest, PreviewTicketResponse, TicketResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { TicketsService } from '../tickets/tickets.service.ts';

/** Hands out what opens a session's socket and its own origin. */
@Injectable()
export class SessionTicketsService {
  constructor(
    private readonly state: SessionStateService,
    private readonly tickets: TicketsService,
    private readonly publicOrigin: PublicOrigin,
  ) {}

  /** Good on the session's own origin only. @throws session.not_found, user.forbidden */
  async issue(
    user: AuthUser,
    sessionId: string,
    { purpose = 'socket' }: CreateTicketRequest,
  ): Promise<TicketResponse> {
    const { origin } = this.state.toResponse(await this.state.getOwned(user, sessionId));
    if (purpose === 'enter') assertBrowser(user);
    const { ticket, expiresAt } = this.tickets.issue({ purpose, user, sessionId, origin });
    return { ticket, expiresAt, url: purpose === 'enter' ? toEntry(origin, ticket) : null };
  }

  /** Opens a port of the container on an origin of its own. @throws session.not_found, user.forbidden, request.invalid */
  async issueForPreview(user: AuthUser, sessionId: string, port: number): Promise<PreviewTicketResponse> {
    const { label } = await this.state.getOwned(user, sessionId);
    assertBrowser(user);
    if (port < 1 || port > 65_535) {
      throw new DomainError('request.invalid', { message: 'A port is a number from 1 to 65535.' });
    }
    const origin = this.publicOrigin.ofPreview(label, port);
    const { ticket } = this.tickets.issue({ purpose: 'enter', user, sessionId, origin });
    return { origin, url: toEntry(origin, ticket) };
  }
}

/** In the fragment, so that no server sees it in a URL. */
function toEntry(origin: string, ticket: string): string {
  return `${origin}/__session/enter#${ticket}`;
}

/** Only what logs in can hold the cookie of an origin. */
function assertBrowser(user: AuthUser): void {
  if (user.loginId !== null) return;
  throw new DomainError('user.forbidden', { message: 'Log in with a browser to open the session there.' });
}
