import { Injectable } from '@nestjs/common';
import { parseEventId, type Cursor } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { EventStream } from './event-stream.ts';
import { FeedSources } from './feed-sources.ts';
import { OpenStreams, type AnsweredResponse } from './open-streams.ts';
import { refuseLastEventId } from './stream-frames.ts';

/** The event streams of scripts. */
@Injectable()
export class EventStreams {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly streams: OpenStreams,
    private readonly sources: FeedSources,
    private readonly clock: Clock,
  ) {}

  /** @throws session.not_found, request.invalid, request.too_many, login.expired, origin.forbidden, storage.failed */
  async open(
    user: AuthUser,
    sessionId: string,
    lastEventId: string | undefined,
    response: AnsweredResponse,
  ): Promise<void> {
    let from: Cursor | null = null;
    const source = this.sources.of(sessionId);
    const guest = { user, sessionId, by: 'stream' } as const;
    const stream = await this.streams.admit(guest, response, (_session, isStillAllowed) => {
      from = parseLastEventId(lastEventId);
      return new EventStream(response, { sessionId, source, clock: this.clock, isStillAllowed });
    });
    if (stream === null) return;
    await stream.start(from);
    if ((await this.sessions.find(sessionId))?.archivedAt !== null) stream.archived();
  }
}

/** @throws request.invalid */
function parseLastEventId(id: string | undefined): Cursor | null {
  if (id === undefined || id === '') return null;
  const cursor = parseEventId(id);
  if (cursor) return cursor;
  const problem =
    'must be the id of the last event you have, as it was sent: `<epoch>:<position>`. Leave it out to begin with a snapshot.';
  throw refuseLastEventId(problem);
}
