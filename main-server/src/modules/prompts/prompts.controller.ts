import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import type {
  AgentRequestResponse,
  PromptListResponse,
  PromptOutcomeResponse,
  PromptResponse,
} from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { Disconnection } from '../../common/disconnection.decorator.ts';
import { InterruptDto } from './dto/interrupt.dto.ts';
import { PromptWaitDto } from './dto/prompt-wait.dto.ts';
import { QueuePromptDto } from './dto/queue-prompt.dto.ts';
import { UpdatePromptDto } from './dto/update-prompt.dto.ts';
import { KeptAnswersService } from './kept-answers.service.ts';
import { SessionPromptsService } from './session-prompts.service.ts';

@Controller('api/sessions/:sessionId')
export class PromptsController {
  constructor(
    private readonly prompts: SessionPromptsService,
    private readonly answers: KeptAnswersService,
  ) {}

  @Post('messages')
  @HttpCode(202)
  queue(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: QueuePromptDto,
    @Query() { wait: seconds }: PromptWaitDto,
    @Disconnection() signal: AbortSignal,
  ): Promise<PromptResponse | PromptOutcomeResponse> {
    return this.prompts.queueAndWait(user, sessionId, dto, { seconds, signal });
  }

  @Get('prompts')
  list(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<PromptListResponse> {
    return this.prompts.list(user, sessionId);
  }

  @Get('prompts/:promptId')
  get(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('promptId') promptId: string,
    @Query() { wait: seconds }: PromptWaitDto,
    @Disconnection() signal: AbortSignal,
  ): Promise<PromptOutcomeResponse> {
    return this.prompts.getOutcome(user, sessionId, promptId, { seconds, signal });
  }

  @Patch('prompts/:promptId')
  update(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('promptId') promptId: string,
    @Body() dto: UpdatePromptDto,
  ): Promise<PromptResponse> {
    return this.prompts.update(user, sessionId, promptId, dto);
  }

  @Post('prompts/:promptId/send-now')
  @HttpCode(200)
  sendNow(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('promptId') promptId: string,
  ): Promise<PromptResponse> {
    return this.prompts.sendNow(user, sessionId, promptId);
  }

  @Delete('prompts/:promptId')
  remove(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('promptId') promptId: string,
  ): Promise<PromptResponse> {
    return this.prompts.remove(user, sessionId, promptId);
  }

  @Post('requests/:requestId/send-as-prompt')
  @HttpCode(200)
  sendKeptAnswer(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('requestId') requestId: string,
  ): Promise<AgentRequestResponse> {
    return this.answers.send(user, sessionId, requestId);
  }

  @Post('interrupt')
  @HttpCode(204)
  interrupt(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: InterruptDto,
  ): Promise<void> {
    return this.prompts.interrupt(user, sessionId, dto.turnId);
  }
}
