import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AccessGuard } from './access.guard.ts';
import { ContainerRates } from './container-rates.ts';

/** Puts the guard before every route. */
@Module({
  imports: [AuthModule, SessionStateModule],
  providers: [ContainerRates, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessModule {}
