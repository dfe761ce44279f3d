import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { AccessGuard } from './access.guard.ts';

/** Puts the guard before every route. */
@Module({
  imports: [AuthModule, SessionStateModule],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessModule {}
