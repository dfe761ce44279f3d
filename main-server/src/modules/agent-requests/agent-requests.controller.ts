import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { AgentRequestListResponse, AgentRequestResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { AnswerAgentRequestDto } from './dto/answer-agent-request.dto.ts';
import { AgentRequestsService } from './agent-requests.service.ts';
import { toAnswer } from './to-answer.ts';

@Controller('api/sessions/:sessionId/requests')
export class AgentRequestsController {
  constructor(private readonly requests: AgentRequestsService) {}

  @Get()
  list(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<AgentRequestListResponse> {
    return this.requests.list(user, sessionId);
  }

  @Get(':requestId')
  get(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('requestId') requestId: string,
  ): Promise<AgentRequestResponse> {
    return this.requests.get(user, sessionId, requestId);
  }

  @Post(':requestId/answer')
  @HttpCode(200)
  async answer(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('requestId') requestId: string,
    @Body() dto: AnswerAgentRequestDto,
  ): Promise<AgentRequestResponse> {
    return this.requests.answer(user, sessionId, requestId, toAnswer(dto));
  }
}
