import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { ContainersModule } from '../containers/containers.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { PreparationEntity } from './preparation.entity.ts';
import { PreparationOrders } from './preparation-orders.ts';
import { PreparationsController } from './preparations.controller.ts';
import { PreparationsService } from './preparations.service.ts';
import { WaitingPreparations } from './waiting-preparations.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([PreparationEntity]),
    AuditModule,
    ContainersModule,
    HistoryModule,
    LinkModule,
    SessionStateModule,
  ],
  controllers: [PreparationsController],
  providers: [PreparationOrders, PreparationsService, WaitingPreparations],
  exports: [PreparationOrders, PreparationsService],
})
export class PreparationsModule {}
