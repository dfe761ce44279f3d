import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { parseCookie, stringifySetCookie } from 'cookie';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { whenKnown, type Eventual } from '../../common/eventual.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { BriefMemory } from './brief-memory.ts';
import { SessionOriginGrantsService, grantLifetimeMs } from './session-origin-grants.service.ts';

/** `__Host-`: for this host alone, whatever sits on a sibling. */
const grantCookieName = '__Host-cw-session';

/** The session a host name belongs to, and what the name shows of it. */
export interface HostedSession {
  readonly id: string;
  readonly ownerId: string;
  /** e.g. `http://<label>.localhost:3000` */
  readonly origin: string;
  /** Who may show it in a frame, as sources of a Content-Security-Policy. */
  readonly frameAncestors: string;
}

/** A port of the session's container, on an origin of its own: its pages are the container's, and foreign to everything else. */
export interface HostedPreview extends HostedSession {
  readonly port: number;
}

/** A request on an origin of a session whose cookie was checked. */
export interface Guest<T extends HostedSession = HostedSession> {
  readonly session: T;
  readonly user: AuthUser;
}

/** Which session a host name is, and who of its visitors has entered. */
@Injectable()
export class SessionGuests {
  private readonly memory: BriefMemory<HostedSession>;

  constructor(
    private readonly sessions: SessionStateService,
    private readonly grants: SessionOriginGrantsService,
    private readonly publicOrigin: PublicOrigin,
    clock: Clock,
  ) {
    this.memory = new BriefMemory(clock);
  }

  /** Null for a label that never was and for one that is dead. */
  findSession(label: string): Eventual<HostedSession | null> {
    return this.memory.find(label, async () => {
      const found = await this.sessions.findByLabel(label);
      if (!found) return null;
      return {
        id: found.id,
        ownerId: found.ownerId,
        origin: this.publicOrigin.ofSession(label),
        frameAncestors: this.publicOrigin.app,
      };
    });
  }

  /** Null for a label that never was and for one that is dead; whether anything listens there is not asked. */
  findPreview(label: string, port: number): Eventual<HostedPreview | null> {
    return whenKnown(this.findSession(label), (session) => {
      if (!session) return null;
      const origin = this.publicOrigin.ofPreview(label, port);
      return { ...session, port, origin, frameAncestors: `${this.publicOrigin.app} ${session.origin}` };
    });
  }

  /** Null without a cookie that is good here. */
  findGuest<T extends HostedSession>(
    { headers }: Pick<IncomingMessage, 'headers'>,
    session: T,
  ): Eventual<Guest<T> | null> {
    const secret = parseCookie(headers.cookie ?? '')[grantCookieName];
    if (secret === undefined) return null;
    return whenKnown(this.grants.findUser(secret, session), (user) =>
      user?.id === session.ownerId ? { session, user } : null,
    );
  }

  /** @throws login.expired without a cookie that is good here */
  getGuest<T extends HostedSession>(
    request: Pick<IncomingMessage, 'headers'>,
    session: T,
  ): Eventual<Guest<T>> {
    return whenKnown(this.findGuest(request, session), (guest) => {
      if (!guest) throw loginExpired();
      return guest;
    });
  }

  /** A `Set-Cookie` header. `None` and `Partitioned`, since the page lives in a frame of the app, another site. */
  writeCookie(secret: string): string {
    return stringifySetCookie({
      name: grantCookieName,
      value: secret,
      maxAge: grantLifetimeMs / 1_000,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'none',
      partitioned: true,
    });
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.memory.forget(({ id }) => id === sessionId);
  }
}

export function loginExpired(): DomainError {
  return new DomainError('login.expired', { message: 'Open the session from the app again.' });
}
