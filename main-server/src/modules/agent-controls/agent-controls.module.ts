import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AgentControlsController } from './agent-controls.controller.ts';
import { AgentControlsEntity, UserAgentControlsEntity } from './agent-controls.entity.ts';
import { AgentControlsService } from './agent-controls.service.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([AgentControlsEntity, UserAgentControlsEntity]),
    HistoryModule,
    LinkModule,
    SessionStateModule,
  ],
  controllers: [AgentControlsController],
  providers: [AgentControlsService],
  exports: [AgentControlsService],
})
export class AgentControlsModule {}
