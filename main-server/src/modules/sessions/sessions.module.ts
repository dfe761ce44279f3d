import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { TicketsModule } from '../tickets/tickets.module.ts';
import { SessionRemovalService } from './session-removal.service.ts';
import { SessionTicketsService } from './session-tickets.service.ts';
import { SessionsController } from './sessions.controller.ts';
import { SessionsService } from './sessions.service.ts';

@Module({
  imports: [AuditModule, SessionStateModule, TicketsModule],
  controllers: [SessionsController],
  providers: [SessionsService, SessionRemovalService, SessionTicketsService],
})
export class SessionsModule {}
