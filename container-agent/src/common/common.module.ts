import { Global, Module } from '@nestjs/common';
import { Clock, deriveFrontDoorKey, SystemClock } from '@codex-webapp/nest-kit';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { frontDoorKey } from './front-door.guard.ts';

@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    {
      provide: frontDoorKey,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => deriveFrontDoorKey(config.sessionToken),
    },
  ],
  exports: [Clock, frontDoorKey],
})
export class CommonModule {}
