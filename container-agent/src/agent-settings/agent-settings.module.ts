import { Module } from '@nestjs/common';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { AgentSettingsService } from './agent-settings.service.ts';

@Module({
  imports: [MainLinkModule],
  providers: [AgentSettingsService],
  exports: [AgentSettingsService],
})
export class AgentSettingsModule {}
