import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AgentRequestEntity } from './agent-request.entity.ts';
import { AgentRequestProjections } from './agent-request-projections.ts';
import { AgentRequestsController } from './agent-requests.controller.ts';
import { AgentRequestsService } from './agent-requests.service.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([AgentRequestEntity]),
    AuditModule,
    HistoryModule,
    LinkModule,
    SessionStateModule,
  ],
  controllers: [AgentRequestsController],
  providers: [AgentRequestProjections, AgentRequestsService],
  exports: [AgentRequestsService],
})
export class AgentRequestsModule {}
