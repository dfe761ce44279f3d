import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type {
  ContainerLogsResponse,
  ContainerResponse,
  ContainerStatusResponse,
} from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerCommandsService } from './container-commands.service.ts';
import { ReadContainerLogsDto } from '../../common/dto/read-container-logs.dto.ts';
import { UpgradeContainerDto } from './dto/upgrade-container.dto.ts';

@Controller('api/sessions/:sessionId/container')
export class ContainersController {
  constructor(private readonly commands: ContainerCommandsService) {}

  @HttpCode(200)
  @Post('create')
  create(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.create(user, sessionId);
  }

  @Get('status')
  status(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<ContainerStatusResponse> {
    return this.commands.status(user, sessionId);
  }

  @HttpCode(200)
  @Post('start')
  start(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.start(user, sessionId);
  }

  @HttpCode(200)
  @Post('stop')
  stop(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.stop(user, sessionId);
  }

  @HttpCode(200)
  @Post('restart')
  restart(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.restart(user, sessionId);
  }

  @HttpCode(200)
  @Post('recreate')
  recreate(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.recreate(user, sessionId);
  }

  @HttpCode(200)
  @Post('upgrade')
  upgrade(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: UpgradeContainerDto,
  ): Promise<ContainerResponse> {
    return this.commands.upgrade(user, sessionId, dto);
  }

  @Delete()
  remove(@CurrentUser() user: AuthUser, @Param('sessionId') sessionId: string): Promise<ContainerResponse> {
    return this.commands.remove(user, sessionId);
  }

  @Get('logs')
  readLogs(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Query() query: ReadContainerLogsDto,
  ): Promise<ContainerLogsResponse> {
    return this.commands.readLogs(user, sessionId, query);
  }
}
