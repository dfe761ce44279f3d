import { Body, Controller, Get, Put } from '@nestjs/common';
import type { EnvironmentResponse, McpServersResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { SaveEnvironmentDto } from './dto/save-environment.dto.ts';
import { SaveMcpServersDto } from './dto/save-mcp-servers.dto.ts';
import { EnvironmentService } from './environment.service.ts';
import { McpServersService } from './mcp-servers.service.ts';

@Controller('api/settings')
export class UserAgentSettingsController {
  constructor(
    private readonly environment: EnvironmentService,
    private readonly mcpServers: McpServersService,
  ) {}

  @Get('environment')
  readEnvironment(@CurrentUser() user: AuthUser): Promise<EnvironmentResponse> {
    return this.environment.read(user, null);
  }

  @Put('environment')
  saveEnvironment(
    @CurrentUser() user: AuthUser,
    @Body() dto: SaveEnvironmentDto,
  ): Promise<EnvironmentResponse> {
    return this.environment.save(user, null, dto);
  }

  @Get('mcp-servers')
  readMcpServers(@CurrentUser() user: AuthUser): Promise<McpServersResponse> {
    return this.mcpServers.read(user, null);
  }

  @Put('mcp-servers')
  saveMcpServers(@CurrentUser() user: AuthUser, @Body() dto: SaveMcpServersDto): Promise<McpServersResponse> {
    return this.mcpServers.save(user, null, dto);
  }
}
