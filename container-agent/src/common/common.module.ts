import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Clock, deriveFrontDoorKey, SystemClock } from '@codex-webapp/nest-kit';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { FrontDoorGuard, frontDoorKey } from './front-door.guard.ts';

@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    {
      provide: frontDoorKey,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => deriveFrontDoorKey(config.sessionToken),
    },
    { provide: APP_GUARD, useClass: FrontDoorGuard },
  ],
  exports: [Clock, frontDoorKey],
})
export class CommonModule {}
