import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { ApiTokenListResponse, CreatedApiTokenResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ApiTokensService } from './api-tokens.service.ts';
import { CreateApiTokenDto } from './dto/create-api-token.dto.ts';

@Controller('api/auth/tokens')
export class ApiTokensController {
  constructor(private readonly tokens: ApiTokensService) {}

  @Post()
  create(@CurrentUser() user: AuthUser, @Body() dto: CreateApiTokenDto): Promise<CreatedApiTokenResponse> {
    return this.tokens.create(user, dto);
  }

  @Get()
  list(@CurrentUser() user: AuthUser): Promise<ApiTokenListResponse> {
    return this.tokens.list(user);
  }

  @HttpCode(204)
  @Delete(':tokenId')
  revoke(@CurrentUser() user: AuthUser, @Param('tokenId') tokenId: string): Promise<void> {
    return this.tokens.revoke(user, tokenId);
  }
}
