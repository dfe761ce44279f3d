import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import type { IssuedTicket, TicketPlace, TicketPurpose, TicketSubject } from './ticket.ts';

export const ticketLifetimeMs = 30_000;

/** Tickets of one user that wait to be used; more than any number of open pages needs. */
export const ticketsPerUserMax = 200;

interface Ticket extends TicketSubject {
  readonly expiresAtMs: number;
}

/**
 * Opens one thing once. Tickets live in memory alone: a restart costs a page one more request, and there is nothing
 * to steal from the database.
 */
@Injectable()
export class TicketsService {
  /** By SHA-256, in the order of issue, which is the order of expiry. */
  private readonly tickets = new Map<string, Ticket>();

  constructor(private readonly clock: Clock) {}

  /** @throws request.too_many */
  issue(subject: TicketSubject): IssuedTicket {
    this.forgetExpired();
    if (this.count(subject.user.id) >= ticketsPerUserMax) {
      throw new DomainError('request.too_many', {
        message: 'Too many tickets wait to be used. Try again in half a minute.',
      });
    }
    const ticket = randomBytes(32).toString('base64url');
    const expiresAtMs = this.clock.now() + ticketLifetimeMs;
    this.tickets.set(hash(ticket), { ...subject, expiresAtMs });
    return { ticket, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /** Burns the ticket, also when it is used in the wrong place. @throws ticket.invalid */
  redeem(ticket: string, purpose: TicketPurpose, place: TicketPlace): TicketSubject {
    const key = hash(ticket);
    const found = this.tickets.get(key);
    this.tickets.delete(key);
    const isGood =
      found !== undefined &&
      found.expiresAtMs > this.clock.now() &&
      found.purpose === purpose &&
      found.sessionId === place.sessionId &&
      found.origin === place.origin;
    if (!isGood) {
      throw new DomainError('ticket.invalid', {
        message: 'The ticket was used before, has expired or is for something else. Ask for a new one.',
      });
    }
    return found;
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.forget((ticket) => ticket.user.loginId === loginId);
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.forget((ticket) => ticket.user.tokenId === tokenId);
  }

  private count(userId: string): number {
    return [...this.tickets.values()].filter((ticket) => ticket.user.id === userId).length;
  }

  private forgetExpired(): void {
    const now = this.clock.now();
    this.forget((ticket) => ticket.expiresAtMs <= now);
  }

  private forget(isGone: (ticket: Ticket) => boolean): void {
    for (const [key, ticket] of this.tickets) if (isGone(ticket)) this.tickets.delete(key);
  }
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64');
}
