import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { PreparationResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { PreparationsService } from './preparations.service.ts';

@Controller('api/sessions/:sessionId/preparation')
export class PreparationsController {
  constructor(private readonly preparations: PreparationsService) {}

  @Get()
  get(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<PreparationResponse> {
    return this.preparations.get(user, sessionId);
  }

  @HttpCode(200)
  @Post('retry')
  retry(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<PreparationResponse> {
    return this.preparations.retry(user, sessionId);
  }

  @HttpCode(200)
  @Post('skip')
  skip(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<PreparationResponse> {
    return this.preparations.skip(user, sessionId);
  }
}
