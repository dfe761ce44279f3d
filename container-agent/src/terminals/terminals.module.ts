import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { AgentSettingsModule } from '../agent-settings/agent-settings.module.ts';
import { LocalPageModule } from '../local-page/local-page.module.ts';
import { TerminalGateway } from './terminal.gateway.ts';
import { TerminalsController } from './terminals.controller.ts';
import { TerminalsService } from './terminals.service.ts';

@Module({
  imports: [ConfigModule.forFeature(agentEnvironmentConfig), AgentSettingsModule, LocalPageModule],
  controllers: [TerminalsController],
  providers: [TerminalGateway, TerminalsService],
})
export class TerminalsModule {}
