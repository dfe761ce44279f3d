import { Controller, Get, Param } from '@nestjs/common';
import type { SessionControlsResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { AgentControlsService } from './agent-controls.service.ts';

@Controller('api/sessions/:sessionId/controls')
export class AgentControlsController {
  constructor(private readonly controls: AgentControlsService) {}

  @Get()
  list(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<SessionControlsResponse> {
    return this.controls.list(user, sessionId);
  }
}
