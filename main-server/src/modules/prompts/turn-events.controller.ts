import { Controller, Get, Param, Query } from '@nestjs/common';
import type { TurnEventListResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ListTurnEventsDto } from './dto/list-turn-events.dto.ts';
import { TurnEventsService } from './turn-events.service.ts';

@Controller('api/sessions/:sessionId/turns/:turnId/events')
export class TurnEventsController {
  constructor(private readonly events: TurnEventsService) {}

  @Get()
  list(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('turnId') turnId: string,
    @Query() query: ListTurnEventsDto,
  ): Promise<TurnEventListResponse> {
    return this.events.list(user, { sessionId, turnId }, query);
  }
}
