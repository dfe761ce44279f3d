import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { loggingParams, RestModule } from '@codex-webapp/nest-kit';
import { LoggerModule } from 'nestjs-pino';
import { CommonModule } from './common/common.module.ts';
import { GitModule } from './git/git.module.ts';
import { HealthModule } from './health/health.module.ts';
import { LocalPageModule } from './local-page/local-page.module.ts';
import { loggingConfig } from './logging.config.ts';
import { MainLinkModule } from './main-link/main-link.module.ts';
import { acpConfig } from './agents/acp/acp.config.ts';
import { claudeConfig } from './agents/claude/claude.config.ts';
import { codexConfig } from './agents/codex/codex.config.ts';
import { droidConfig } from './agents/droid/droid.config.ts';
import { agentEnvironmentConfig } from './agents/agents.config.ts';
import { MessagesModule } from './messages/messages.module.ts';
import { PortsModule } from './ports/ports.module.ts';
import { PreparationModule } from './preparation/preparation.module.ts';
import { sessionConfig } from './session.config.ts';
import { StorageModule } from './storage/storage.module.ts';
import { TerminalsModule } from './terminals/terminals.module.ts';
import { TurnsModule } from './turns/turns.module.ts';
import { WorkspaceModule } from './workspace/workspace.module.ts';

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [sessionConfig, agentEnvironmentConfig, codexConfig, claudeConfig, droidConfig, acpConfig],
    }),
    LoggerModule.forRootAsync({
      imports: [ConfigModule.forFeature(loggingConfig)],
      inject: [loggingConfig.KEY],
      useFactory: (config: ConfigType<typeof loggingConfig>) => loggingParams(config),
    }),
    RestModule,
    CommonModule,
    StorageModule,
    MainLinkModule,
    PreparationModule,
    TurnsModule,
    MessagesModule,
    WorkspaceModule,
    TerminalsModule,
    PortsModule,
    GitModule,
    LocalPageModule,
    HealthModule,
  ],
})
export class AppModule {}
