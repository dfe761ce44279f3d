import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AuthModule } from '../auth/auth.module.ts';
import { ContainersModule } from '../containers/containers.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { MessagesModule } from '../messages/messages.module.ts';
import { PromptsModule } from '../prompts/prompts.module.ts';
import { PreparationsModule } from '../preparations/preparations.module.ts';
import { AgentRequestsModule } from '../agent-requests/agent-requests.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { TicketsModule } from '../tickets/tickets.module.ts';
import { ClientCommandsService } from './client-commands.service.ts';
import { ClientUpgradeGuard } from './client-upgrade.guard.ts';
import { ContainerLogStreamController } from './container-log-stream.controller.ts';
import { ContainerGenerations } from './container-generations.ts';
import { ContainerUpgradeGuard } from './container-upgrade.guard.ts';
import { EventStreams } from './event-streams.ts';
import { FeedSources } from './feed-sources.ts';
import { LinkGateway } from './link.gateway.ts';
import { ListGateway } from './list.gateway.ts';
import { ListUpgradeGuard } from './list-upgrade.guard.ts';
import { LogStreams } from './log-streams.ts';
import { OpenStreams } from './open-streams.ts';
import { realtimeConfig } from './realtime.config.ts';
import { SessionClients } from './session-clients.ts';
import { SessionEventsController } from './session-events.controller.ts';
import { SessionGateway } from './session.gateway.ts';
import { SnapshotsService } from './snapshots.service.ts';

@Module({
  imports: [
    ConfigModule.forFeature(realtimeConfig),
    AuthModule,
    ContainersModule,
    HistoryModule,
    LinkModule,
    MessagesModule,
    PromptsModule,
    AgentRequestsModule,
    PreparationsModule,
    SessionStateModule,
    TicketsModule,
  ],
  controllers: [ContainerLogStreamController, SessionEventsController],
  providers: [
    ClientCommandsService,
    ClientUpgradeGuard,
    ContainerGenerations,
    ContainerUpgradeGuard,
    EventStreams,
    FeedSources,
    LinkGateway,
    SessionClients,
    SessionGateway,
    ListGateway,
    ListUpgradeGuard,
    LogStreams,
    OpenStreams,
    SnapshotsService,
  ],
  exports: [SessionClients],
})
export class RealtimeModule {}
