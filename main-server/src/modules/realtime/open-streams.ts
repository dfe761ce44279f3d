import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { PublicOrigin } from '../../common/public-origin.ts';
import { WorkUnderWay } from '../../common/work-under-way.ts';
import { assertSameOrigin } from '../access/same-origin.ts';
import { CredentialsService } from '../auth/credentials.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import { loginEnd, SessionClients, type SessionClient, type SessionGuest } from './session-clients.ts';

/** An answer, with the request it is to. */
export type AnsweredResponse = ServerResponse & { readonly req: IncomingMessage };

/** An answer that goes on until somebody leaves. */
export interface OpenStream extends SessionClient {
  /** The server stops, and comes back. */
  stop(): void;
}

/** Whether the credential of the request is still good. */
export type IsStillAllowed = () => Promise<boolean>;

/** The answers that go on: let in, counted, and ended when the server stops. */
@Injectable()
export class OpenStreams {
  private readonly streams = new Set<OpenStream>();

  constructor(
    private readonly sessions: SessionStateService,
    private readonly credentials: CredentialsService,
    private readonly clients: SessionClients,
    private readonly origin: PublicOrigin,
    private readonly work: WorkUnderWay,
  ) {
    work.onStopping(() => {
      for (const stream of this.streams) stream.stop();
    });
  }

  /**
   * Null when there is nothing to go on with. `make` may refuse as well.
   * @throws session.not_found, request.invalid, request.too_many, origin.forbidden
   */
  async admit<Stream extends OpenStream>(
    guest: SessionGuest,
    response: AnsweredResponse,
    make: (session: Session, isStillAllowed: IsStillAllowed) => Stream,
  ): Promise<Stream | null> {
    const request = response.req;
    const { user, sessionId } = guest;
    // A page of another origin could not read the stream, but it could use up its owner's streams.
    if (user.via === 'login') assertSameOrigin(request, this.origin.app, { isSilenceAllowed: true });
    const session = await this.sessions.getOwned(user, sessionId);
    // Gone while we looked it up; it would never be told to be over.
    if (response.destroyed) return null;
    const isStillAllowed = async () => (await this.credentials.authenticate(request)) !== null;
    const stream = make(session, isStillAllowed);
    if (request.method === 'HEAD') {
      response.end();
      return null;
    }
    this.clients.assertRoomFor(guest);
    this.add(stream, guest, response);
    // Whatever ended between the guard's look and here was told to nobody.
    if (this.work.isStopping) stream.stop();
    else if (!(await isStillAllowed())) stream.end(loginEnd);
    else return stream;
    return null;
  }

  private add(stream: OpenStream, guest: SessionGuest, response: ServerResponse): void {
    this.clients.add(stream, guest);
    this.streams.add(stream);
    response.once('close', () => {
      this.clients.remove(stream);
      this.streams.delete(stream);
    });
  }
}
