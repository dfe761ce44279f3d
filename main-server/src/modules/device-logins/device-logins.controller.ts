import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { DeviceLoginResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { Disconnection } from '../../common/disconnection.decorator.ts';
import { DeviceLoginsService } from './device-logins.service.ts';
import { DeviceLoginInputDto } from './dto/device-login-input.dto.ts';
import { DeviceLoginParams } from './dto/device-login.params.ts';
import { DeviceLoginQueryDto } from './dto/device-login.query.ts';

@Controller('api/credentials/:agent/login')
export class DeviceLoginsController {
  constructor(private readonly logins: DeviceLoginsService) {}

  @HttpCode(200)
  @Post()
  start(@CurrentUser() user: AuthUser, @Param() { agent }: DeviceLoginParams): Promise<DeviceLoginResponse> {
    return this.logins.start(user, agent);
  }

  @Get()
  read(
    @CurrentUser() user: AuthUser,
    @Param() { agent }: DeviceLoginParams,
    @Query() query: DeviceLoginQueryDto,
    @Disconnection() signal: AbortSignal,
  ): Promise<DeviceLoginResponse> {
    return this.logins.read(user, agent, query, signal);
  }

  @HttpCode(200)
  @Post('input')
  type(
    @CurrentUser() user: AuthUser,
    @Param() { agent }: DeviceLoginParams,
    @Body() { text }: DeviceLoginInputDto,
  ): DeviceLoginResponse {
    return this.logins.type(user, agent, text);
  }

  @Delete()
  cancel(@CurrentUser() user: AuthUser, @Param() { agent }: DeviceLoginParams): Promise<DeviceLoginResponse> {
    return this.logins.cancel(user, agent);
  }
}
