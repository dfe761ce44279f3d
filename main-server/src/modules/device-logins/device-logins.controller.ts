import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { DeviceLoginResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { Disconnection } from '../../common/disconnection.decorator.ts';
import { AgentParams } from '../../common/dto/agent-params.dto.ts';
import { DeviceLoginsService } from './device-logins.service.ts';
import { DeviceLoginInputDto } from './dto/device-login-input.dto.ts';
import { DeviceLoginWaitDto } from './dto/device-login-wait.dto.ts';

@Controller('api/credentials/:agent/login')
export class DeviceLoginsController {
  constructor(private readonly logins: DeviceLoginsService) {}

  @HttpCode(200)
  @Post()
  start(@CurrentUser() user: AuthUser, @Param() { agent }: AgentParams): Promise<DeviceLoginResponse> {
    return this.logins.start(user, agent);
  }

  @Get()
  read(
    @CurrentUser() user: AuthUser,
    @Param() { agent }: AgentParams,
    @Query() query: DeviceLoginWaitDto,
    @Disconnection() signal: AbortSignal,
  ): Promise<DeviceLoginResponse> {
    return this.logins.read(user, agent, query, signal);
  }

  @HttpCode(200)
  @Post('input')
  type(
    @CurrentUser() user: AuthUser,
    @Param() { agent }: AgentParams,
    @Body() { text }: DeviceLoginInputDto,
  ): DeviceLoginResponse {
    return this.logins.type(user, agent, text);
  }

  @Delete()
  cancel(@CurrentUser() user: AuthUser, @Param() { agent }: AgentParams): Promise<DeviceLoginResponse> {
    return this.logins.cancel(user, agent);
  }
}
