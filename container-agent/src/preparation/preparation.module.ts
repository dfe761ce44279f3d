import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { AgentSettingsModule } from '../agent-settings/agent-settings.module.ts';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { PreparationController } from './preparation.controller.ts';
import { WorkspacePreparation } from './workspace-preparation.service.ts';

@Module({
  imports: [ConfigModule.forFeature(agentEnvironmentConfig), MainLinkModule, AgentSettingsModule],
  controllers: [PreparationController],
  providers: [WorkspacePreparation],
  exports: [WorkspacePreparation],
})
export class PreparationModule {}
