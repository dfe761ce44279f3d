import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AgentRequestEntity } from './agent-request.entity.ts';
import { RequestProjections } from './request-projections.ts';
import { RequestsController } from './requests.controller.ts';
import { RequestsService } from './requests.service.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([AgentRequestEntity]),
    AuditModule,
    HistoryModule,
    LinkModule,
    SessionStateModule,
  ],
  controllers: [RequestsController],
  providers: [RequestProjections, RequestsService],
  exports: [RequestsService],
})
export class RequestsModule {}
