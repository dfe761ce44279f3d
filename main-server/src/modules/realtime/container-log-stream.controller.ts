import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ReadContainerLogsDto } from '../../common/dto/read-container-logs.dto.ts';
import { LogStreams } from './log-streams.ts';

@Controller('api/sessions/:sessionId/container/logs/stream')
export class ContainerLogStreamController {
  constructor(private readonly streams: LogStreams) {}

  @Get()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last line you have: what follows it is sent, instead of the newest lines.',
  })
  open(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Query() query: ReadContainerLogsDto,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.streams.open(
      user,
      sessionId,
      { tail: query.tail, since: query.since, lastEventId },
      response,
    );
  }
}
