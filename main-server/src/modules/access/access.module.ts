import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_GUARD } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AccessGuard } from './access.guard.ts';
import { ContainerRates } from './container-rates.ts';
import { metricsTokenConfig } from './metrics-token.config.ts';
import { MetricsToken } from './metrics-token.ts';

/** Puts the guard before every route. */
@Module({
  imports: [ConfigModule.forFeature(metricsTokenConfig), AuthModule, SessionStateModule],
  providers: [ContainerRates, MetricsToken, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessModule {}
