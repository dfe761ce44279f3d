import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import type { CredentialListResponse, CredentialTestResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { AgentParams } from '../../common/dto/agent-params.dto.ts';
import { CredentialTestsService } from './credential-tests.service.ts';
import { CredentialsService } from './credentials.service.ts';
import { CredentialParams } from './dto/credential-params.dto.ts';
import { SaveCredentialDto } from './dto/save-credential.dto.ts';

@Controller('api/credentials')
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly tests: CredentialTestsService,
  ) {}

  @Get()
  list(@CurrentUser() user: AuthUser): Promise<CredentialListResponse> {
    return this.credentials.list(user);
  }

  @Put(':agent/:kind')
  save(
    @CurrentUser() user: AuthUser,
    @Param() params: CredentialParams,
    @Body() dto: SaveCredentialDto,
  ): Promise<CredentialListResponse> {
    return this.credentials.save(user, params, dto);
  }

  @Delete(':agent/:kind')
  remove(@CurrentUser() user: AuthUser, @Param() params: CredentialParams): Promise<CredentialListResponse> {
    return this.credentials.remove(user, params);
  }

  @HttpCode(200)
  @Post(':agent/test')
  test(@CurrentUser() user: AuthUser, @Param() { agent }: AgentParams): Promise<CredentialTestResponse> {
    return this.tests.test(user, agent);
  }
}
