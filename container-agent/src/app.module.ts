import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { CommonModule } from './common/common.module.ts';
import { HealthModule } from './health/health.module.ts';
import { MainLinkModule } from './main-link/main-link.module.ts';
import { agentEnvironmentConfig } from './agents/agents.config.ts';
import { sessionConfig } from './session.config.ts';
import { TurnsModule } from './turns/turns.module.ts';

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [sessionConfig, agentEnvironmentConfig],
    }),
    CommonModule,
    MainLinkModule,
    TurnsModule,
    HealthModule,
  ],
})
export class AppModule {}
