import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AgentControlsModule } from '../agent-controls/agent-controls.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { PreparationsModule } from '../preparations/preparations.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { TicketsModule } from '../tickets/tickets.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { BlobsModule } from '../blobs/blobs.module.ts';
import { containersConfig } from '../containers/containers.config.ts';
import { ContainersModule } from '../containers/containers.module.ts';
import { SessionChoices } from './session-choices.ts';
import { SessionCleanup } from './session-cleanup.ts';
import { PoolClaims } from './pool/pool-claims.ts';
import { PoolKeeper } from './pool/pool-keeper.ts';
import { PooledSessions } from './pool/pooled-sessions.ts';
import { SessionCreationService } from './session-creation.service.ts';
import { SessionDrafts } from './session-drafts.ts';
import { SessionOptionsService } from './session-options.service.ts';
import { SessionRemovalService } from './session-removal.service.ts';
import { SessionTicketsService } from './session-tickets.service.ts';
import { sessionsConfig } from './sessions.config.ts';
import { SessionLimits } from './session-limits.ts';
import { SessionsController } from './sessions.controller.ts';
import { SessionsService } from './sessions.service.ts';

@Module({
  imports: [
    ConfigModule.forFeature(containersConfig),
    ConfigModule.forFeature(sessionsConfig),
    AgentControlsModule,
    AuditModule,
    BlobsModule,
    ContainersModule,
    HistoryModule,
    PreparationsModule,
    SessionStateModule,
    TicketsModule,
  ],
  controllers: [SessionsController],
  providers: [
    PoolClaims,
    PoolKeeper,
    PooledSessions,
    SessionsService,
    SessionChoices,
    SessionCleanup,
    SessionCreationService,
    SessionDrafts,
    SessionLimits,
    SessionOptionsService,
    SessionRemovalService,
    SessionTicketsService,
  ],
})
export class SessionsModule {}
