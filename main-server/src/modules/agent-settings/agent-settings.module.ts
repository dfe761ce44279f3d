import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AgentSettingsEntity } from './agent-settings.entity.ts';
import { AgentSettingsStore } from './agent-settings-store.ts';
import { AgentSettingsVault } from './agent-settings-vault.ts';
import { ContainerSettingsController } from './container-settings.controller.ts';
import { ContainerSettingsService } from './container-settings.service.ts';
import { EnvironmentService } from './environment.service.ts';
import { McpServersService } from './mcp-servers.service.ts';
import { SessionAgentSettingsController } from './session-agent-settings.controller.ts';
import { SettingsPlaces } from './settings-places.ts';
import { UserAgentSettingsController } from './user-agent-settings.controller.ts';

/** Environment variables and MCP servers, of users and of sessions: kept sealed, given to the sessions' containers. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentSettingsEntity]), AuditModule, LinkModule, SessionStateModule],
  controllers: [UserAgentSettingsController, SessionAgentSettingsController, ContainerSettingsController],
  providers: [
    AgentSettingsStore,
    AgentSettingsVault,
    ContainerSettingsService,
    EnvironmentService,
    McpServersService,
    SettingsPlaces,
  ],
})
export class AgentSettingsModule {}
