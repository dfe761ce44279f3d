import type { AuthUser } from '../../common/auth-user.ts';

/** `socket` opens `/ws/sessions/:id`, `enter` opens the session's origin. */
export type TicketPurpose = 'socket' | 'enter';

/** Where a ticket is good: nowhere else, however it got there. */
export interface TicketPlace {
  readonly sessionId: string;
  /** Exactly as the browser sends it in `Origin`. */
  readonly origin: string;
}

export interface TicketSubject extends TicketPlace {
  readonly purpose: TicketPurpose;
  readonly user: AuthUser;
}

export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresAt: string;
}
