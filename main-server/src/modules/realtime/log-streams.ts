import { Injectable } from '@nestjs/common';
import { isContainerLogMark, type ReadContainerLogsRequest } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerLogsService } from '../containers/container-logs.service.ts';
import { LogStream } from './log-stream.ts';
import { OpenStreams, type AnsweredResponse } from './open-streams.ts';
import { refuseLastEventId } from './stream-frames.ts';

export interface LogRequest extends ReadContainerLogsRequest {
  readonly lastEventId: string | undefined;
}

/** What containers print, to pages and scripts as it comes. */
@Injectable()
export class LogStreams {
  constructor(
    private readonly logs: ContainerLogsService,
    private readonly streams: OpenStreams,
    private readonly clock: Clock,
  ) {}

  /** @throws session.not_found, request.invalid, request.too_many, login.expired, origin.forbidden */
  async open(
    user: AuthUser,
    sessionId: string,
    { lastEventId, ...request }: LogRequest,
    response: AnsweredResponse,
  ): Promise<void> {
    const guest = { user, sessionId, by: 'log' } as const;
    const stream = await this.streams.admit(guest, response, (session, isStillAllowed) => {
      const after = parseLastEventId(lastEventId);
      const follow = (signal: AbortSignal) => this.logs.follow(session, request, after, signal);
      return new LogStream(response, { sessionId, clock: this.clock, isStillAllowed, follow });
    });
    await stream?.run();
  }
}

/** @throws request.invalid */
function parseLastEventId(id: string | undefined): string | null {
  if (id === undefined || id === '') return null;
  if (isContainerLogMark(id)) return id;
  const problem = 'must be the id of the last line you have, as it was sent. Leave it out to begin anew.';
  throw refuseLastEventId(problem);
}
