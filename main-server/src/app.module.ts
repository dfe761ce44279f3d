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
import { FrontDoorModule } from './modules/front-door/front-door.module.ts';
import { HealthModule } from './modules/health/health.module.ts';
import { MessagesModule } from './modules/messages/messages.module.ts';
import { PromptsModule } from './modules/prompts/prompts.module.ts';
import { RealtimeModule } from './modules/realtime/realtime.module.ts';
import { AgentRequestsModule } from './modules/agent-requests/agent-requests.module.ts';
import { SessionsModule } from './modules/sessions/sessions.module.ts';
import { WebModule } from './modules/web/web.module.ts';
import { WebhooksModule } from './modules/webhooks/webhooks.module.ts';

/** Lower ones first. A feature adds itself with one line. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      imports: [ConfigModule.forFeature(loggingConfig)],
      inject: [loggingConfig.KEY],
      useFactory: (config: ConfigType<typeof loggingConfig>) => loggingParams(config),
    }),
    // Listeners are methods, and stay as many as there are; the library's limit of ten is for those that leak.
    EventEmitterModule.forRoot({ maxListeners: 50 }),
    RestModule,
    CommonModule,
    DatabaseModule,
    AccessModule,
    ContainersModule,
    BlobsModule,
    MessagesModule,
    AgentRequestsModule,
    PromptsModule,
    SessionsModule,
    WebhooksModule,
    RealtimeModule,
    FrontDoorModule,
    WebModule,
    HealthModule,
  ],
})
export class AppModule {}
