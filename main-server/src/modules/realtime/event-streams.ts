import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { parseEventId, type Cursor } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { WorkUnderWay } from '../../common/work-under-way.ts';
import { assertSameOrigin } from '../access/same-origin.ts';
import { CredentialsService } from '../auth/credentials.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { EventStream } from './event-stream.ts';
import { FeedSources } from './feed-sources.ts';
import { loginEnd, SessionClients, type SessionGuest } from './session-clients.ts';

/** An answer, with the request it is to. */
type AnsweredResponse = ServerResponse & { readonly req: IncomingMessage };

/** The event streams of scripts: opened, counted, and ended when the server stops. */
@Injectable()
export class EventStreams {
  private readonly streams = new Set<EventStream>();

  constructor(
    private readonly sessions: SessionStateService,
    private readonly credentials: CredentialsService,
    private readonly clients: SessionClients,
    private readonly sources: FeedSources,
    private readonly origin: PublicOrigin,
    private readonly clock: Clock,
    private readonly work: WorkUnderWay,
  ) {
    work.onStopping(() => {
      for (const stream of this.streams) stream.stop();
    });
  }

  /** @throws session.not_found, request.invalid, request.too_many, login.expired, origin.forbidden, storage.failed */
  async open(
    user: AuthUser,
    sessionId: string,
    lastEventId: string | undefined,
    response: AnsweredResponse,
  ): Promise<void> {
    const request = response.req;
    // A page of another origin could not read the stream, but it could use up its owner's streams.
    if (user.via === 'login') assertSameOrigin(request, this.origin.app, { isSilenceAllowed: true });
    await this.sessions.getOwned(user, sessionId);
    // Gone while we looked it up; it would never be told to be over.
    if (response.destroyed) return;
    const from = parseLastEventId(lastEventId);
    if (request.method === 'HEAD') return void response.end();
    const guest = { user, sessionId, by: 'stream' } as const;
    this.clients.assertRoomFor(guest);
    const isStillAllowed = async () => (await this.credentials.authenticate(request)) !== null;
    const source = this.sources.of(sessionId);
    const stream = new EventStream(response, { sessionId, source, clock: this.clock, isStillAllowed });
    this.add(stream, guest, response);
    // Whatever ended between the guard's look and here was told to nobody.
    if (this.work.isStopping) return stream.stop();
    if (!(await isStillAllowed())) return stream.end(loginEnd);
    await stream.start(from);
    if ((await this.sessions.find(sessionId))?.archivedAt !== null) stream.archived();
  }

  private add(stream: EventStream, guest: SessionGuest, response: ServerResponse): void {
    this.clients.add(stream, guest);
    this.streams.add(stream);
    response.once('close', () => {
      this.clients.remove(stream);
      this.streams.delete(stream);
    });
  }
}

/** @throws request.invalid */
function parseLastEventId(id: string | undefined): Cursor | null {
  if (id === undefined || id === '') return null;
  const cursor = parseEventId(id);
  if (cursor) return cursor;
  const problem =
    'must be the id of the last event you have, as it was sent: `<epoch>:<position>`. Leave it out to begin with a snapshot.';
  throw new DomainError('request.invalid', {
    message: `Last-Event-ID ${problem}`,
    details: { fields: [{ field: 'Last-Event-ID', problems: [problem] }] },
  });
}
