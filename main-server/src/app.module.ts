import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { loggingParams, RestModule } from '@codex-webapp/nest-kit';
import { LoggerModule } from 'nestjs-pino';
import { CommonModule } from './common/common.module.ts';
import { loggingConfig } from './common/logging.config.ts';
import { DatabaseModule } from './database/database.module.ts';
import { AccessModule } from './modules/access/access.module.ts';
import { BlobsModule } from './modules/blobs/blobs.module.ts';
import { ContainersModule } from './modules/containers/containers.module.ts';
import { CredentialsModule } from './modules/credentials/credentials.module.ts';
import { DeviceLoginsModule } from './modules/device-logins/device-logins.module.ts';
import { FrontDoorModule } from './modules/front-door/front-door.module.ts';
import { HealthModule } from './modules/health/health.module.ts';
import { MessagesModule } from './modules/messages/messages.module.ts';
import { PreparationsModule } from './modules/preparations/preparations.module.ts';
import { PromptsModule } from './modules/prompts/prompts.module.ts';
import { RealtimeModule } from './modules/realtime/realtime.module.ts';
import { AgentControlsModule } from './modules/agent-controls/agent-controls.module.ts';
import { AgentSettingsModule } from './modules/agent-settings/agent-settings.module.ts';
import { AgentRequestsModule } from './modules/agent-requests/agent-requests.module.ts';
import { SessionsModule } from './modules/sessions/sessions.module.ts';
import { WebModule } from './modules/web/web.module.ts';
import { WorkspaceArchivesModule } from './modules/workspace-archives/workspace-archives.module.ts';
import { WebhooksModule } from './modules/webhooks/webhooks.module.ts';

/** Lower ones first. A feature adds itself with one line. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      imports: [ConfigModule.forFeature(loggingConfig)],
      inject: [loggingConfig.KEY],
      useFactory: (config: ConfigType<typeof loggingConfig>) => loggingParams(config),
    }),
    // Each start that waits for its link listens for it: there are as many as may work at once.
    EventEmitterModule.forRoot({ maxListeners: 0 }),
    RestModule,
    CommonModule,
    DatabaseModule,
    AccessModule,
    ContainersModule,
    BlobsModule,
    MessagesModule,
    AgentRequestsModule,
    AgentControlsModule,
    PreparationsModule,
    PromptsModule,
    SessionsModule,
    WebhooksModule,
    // Before the credentials: `login` is no kind of them.
    DeviceLoginsModule,
    CredentialsModule,
    AgentSettingsModule,
    RealtimeModule,
    FrontDoorModule,
    WorkspaceArchivesModule,
    WebModule,
    HealthModule,
  ],
})
export class AppModule {}
