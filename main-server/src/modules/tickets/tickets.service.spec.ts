import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import type { AuthUser } from '../../common/auth-user.ts';
import type { TicketSubject } from './ticket.ts';
import { TicketsService, ticketLifetimeMs, ticketsPerUserMax } from './tickets.service.ts';

const user: AuthUser = {
  id: 'user-1',
  username: 'ada',
  role: 'user',
  via: 'login',
  loginId: 'login-1',
  tokenId: null,
  scope: 'full',
};
const place = { sessionId: 'session-1', origin: 'http://a.localhost:3000' };
const subject: TicketSubject = { purpose: 'socket', user, ...place };

function setUp() {
  const clock = new FakeClock();
  return { clock, tickets: new TicketsService(clock) };
}

describe('TicketsService', () => {
  it('opens the thing it was issued for', () => {
    const { tickets } = setUp();
    const { ticket } = tickets.issue(subject);
    expect(tickets.redeem(ticket, 'socket', place)).toMatchObject({ user, sessionId: 'session-1' });
  });

  it('is good once', () => {
    const { tickets } = setUp();
    const { ticket } = tickets.issue(subject);
    tickets.redeem(ticket, 'socket', place);
    expect(() => tickets.redeem(ticket, 'socket', place)).toThrow(/used before/);
  });

  it('is good for 30 seconds', () => {
    const { tickets, clock } = setUp();
    const early = tickets.issue(subject);
    const late = tickets.issue(subject);
    clock.advance(ticketLifetimeMs - 1);
    tickets.redeem(early.ticket, 'socket', place);
    clock.advance(1);
    expect(() => tickets.redeem(late.ticket, 'socket', place)).toThrow(/expired/);
  });

  it.each([
    ['another purpose', 'enter', place],
    ['another session', 'socket', { ...place, sessionId: 'session-2' }],
    ['another origin', 'socket', { ...place, origin: 'http://b.localhost:3000' }],
  ] as const)('is burned when it is tried for %s', (_what, purpose, elsewhere) => {
    const { tickets } = setUp();
    const { ticket } = tickets.issue(subject);
    expect(() => tickets.redeem(ticket, purpose, elsewhere)).toThrow(/something else/);
    expect(() => tickets.redeem(ticket, 'socket', place)).toThrow(/used before/);
  });

  it('dies with the login or the API token that asked for it', () => {
    const { tickets } = setUp();
    const byLogin = tickets.issue(subject);
    const byToken = tickets.issue({
      ...subject,
      user: { ...user, via: 'token', loginId: null, tokenId: 'token-1' },
    });
    tickets.onLoginEnded({ loginId: 'login-1', userId: user.id });
    tickets.onApiTokenRevoked({ tokenId: 'token-1', userId: user.id });
    expect(() => tickets.redeem(byLogin.ticket, 'socket', place)).toThrow();
    expect(() => tickets.redeem(byToken.ticket, 'socket', place)).toThrow();
  });

  it('limits how many one user can have waiting', () => {
    const { tickets, clock } = setUp();
    for (let i = 0; i < ticketsPerUserMax; i++) tickets.issue(subject);
    expect(() => tickets.issue(subject)).toThrow(/Too many/);
    expect(() => tickets.issue({ ...subject, user: { ...user, id: 'user-2' } })).not.toThrow();
    clock.advance(ticketLifetimeMs);
    expect(() => tickets.issue(subject)).not.toThrow();
  });
});
