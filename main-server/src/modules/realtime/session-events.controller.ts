import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { EventStreams } from './event-streams.ts';

@Controller('api/sessions/:sessionId/events')
export class SessionEventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The id of the last event you have, `<epoch>:<position>`: what follows it is sent. Without it: a snapshot.',
  })
  open(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.streams.open(user, sessionId, lastEventId, response);
  }
}
