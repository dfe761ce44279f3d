import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { OnEvent } from '@nestjs/event-emitter';
import { closeCodes, type ErrorPayload, type ServerFrameOf } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import { containerEvents, type ContainerProgressed } from '../containers/container.events.ts';
import { preparationEvents, type PreparationProgressed } from '../preparations/preparation.events.ts';
import { HistoryService } from '../history/history.service.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';
import { ConnectionRegistry } from './connection-registry.ts';
import { realtimeConfig } from './realtime.config.ts';

/** A user who may see one session, and what by. */
export interface SessionGuest {
  readonly user: AuthUser;
  readonly sessionId: string;
  readonly by: 'socket' | 'stream' | 'log';
}

/** Why a client is shown nothing more: as a socket's close code, and in words. */
export interface ClientEnd {
  readonly closeCode: number;
  readonly error: ErrorPayload;
}

/** What goes on right now; not part of the history. */
export type ProgressFrame = ServerFrameOf<'container.progress' | 'preparation.progress'>;

/** Who is shown one session, over whatever it is. */
export interface SessionClient {
  progress(frame: ProgressFrame): void;
  end(why: ClientEnd): void;
}

export const loginEnd: ClientEnd = {
  closeCode: closeCodes.revoked,
  error: { code: 'login.expired', message: 'The login or token behind this has ended.' },
};

const deletedEnd: ClientEnd = {
  closeCode: closeCodes.sessionGone,
  error: { code: 'session.not_found', message: 'The session was deleted.' },
};

/** Streams of one user, over all sessions. */
const streamsMax = 50;
const names = { socket: 'sockets', stream: 'event streams', log: 'streams of a log' } as const;

/** Everybody who is shown a session right now. Ends them when the right to it ends. */
@Injectable()
export class SessionClients {
  private readonly clients = new ConnectionRegistry<SessionGuest, SessionClient>(
    ({ sessionId }) => sessionId,
  );
  /** Those of the clients that are streams, by their user. */
  private readonly streams = new ConnectionRegistry<SessionGuest, SessionClient>(({ user }) => user.id);

  constructor(
    private readonly history: HistoryService,
    @Inject(realtimeConfig.KEY) private readonly config: ConfigType<typeof realtimeConfig>,
  ) {}

  get count(): number {
    return this.clients.size;
  }

  /** Sockets and streams count apart: a script takes no page its place. @throws request.too_many */
  assertRoomFor({ user, sessionId, by }: SessionGuest): void {
    const what = names[by];
    this.clients.assertFewerThan(
      this.config.sessionSocketsMax,
      `${what} of one session`,
      sessionId,
      (other) => other.user.id === user.id && other.by === by,
    );
    if (by === 'socket') return;
    const isAlike = (other: SessionGuest): boolean => other.by === by;
    this.streams.assertFewerThan(streamsMax, `${what} of one user`, user.id, isAlike);
  }

  add(client: SessionClient, guest: SessionGuest): void {
    this.clients.add(client, guest);
    if (guest.by !== 'socket') this.streams.add(client, guest);
  }

  remove(client: SessionClient): void {
    this.clients.remove(client);
    this.streams.remove(client);
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.endAll(({ user }) => user.loginId === loginId, loginEnd);
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.endAll(({ user }) => user.tokenId === tokenId, loginEnd);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    for (const client of this.clients.of(sessionId)) client.end(deletedEnd);
    this.history.forget(sessionId);
  }

  @OnEvent(containerEvents.progress)
  onContainerProgress({ sessionId, container }: ContainerProgressed): void {
    for (const client of this.clients.of(sessionId))
      client.progress({
        type: 'container.progress',
        container: { ...container, steps: [...container.steps] },
      });
  }

  @OnEvent(preparationEvents.progressed)
  onPreparationProgress({ sessionId, preparation }: PreparationProgressed): void {
    for (const client of this.clients.of(sessionId))
      client.progress({ type: 'preparation.progress', preparation });
  }

  endAll(matches: (guest: SessionGuest) => boolean, why: ClientEnd): void {
    for (const client of this.clients.list(matches)) client.end(why);
  }
}
