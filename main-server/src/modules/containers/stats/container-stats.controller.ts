import { Controller, Get, Param } from '@nestjs/common';
import type { ContainerStatsResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../../common/access.decorator.ts';
import type { AuthUser } from '../../../common/auth-user.ts';
import { ContainerStatsService } from './container-stats.service.ts';

@Controller('api/sessions/:sessionId/container/stats')
export class ContainerStatsController {
  constructor(private readonly stats: ContainerStatsService) {}

  @Get()
  read(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<ContainerStatsResponse> {
    return this.stats.read(user, sessionId);
  }
}
