import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import type { EnvironmentResponse, McpServersResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { SaveEnvironmentDto } from './dto/save-environment.dto.ts';
import { SaveMcpServersDto } from './dto/save-mcp-servers.dto.ts';
import { EnvironmentService } from './environment.service.ts';
import { McpServersService } from './mcp-servers.service.ts';

@Controller('api/sessions/:sessionId')
export class SessionAgentSettingsController {
  constructor(
    private readonly environment: EnvironmentService,
    private readonly mcpServers: McpServersService,
  ) {}

  @Get('environment')
  readEnvironment(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<EnvironmentResponse> {
    return this.environment.read(user, sessionId);
  }

  @Put('environment')
  saveEnvironment(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: SaveEnvironmentDto,
  ): Promise<EnvironmentResponse> {
    return this.environment.save(user, sessionId, dto);
  }

  @Get('mcp-servers')
  readMcpServers(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
  ): Promise<McpServersResponse> {
    return this.mcpServers.read(user, sessionId);
  }

  @Put('mcp-servers')
  saveMcpServers(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Body() dto: SaveMcpServersDto,
  ): Promise<McpServersResponse> {
    return this.mcpServers.save(user, sessionId, dto);
  }
}
