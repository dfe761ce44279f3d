import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Clock, Failpoints, SystemClock } from '@codex-webapp/nest-kit';
import { httpConfig } from './http.config.ts';
import { PublicOrigin } from './public-origin.ts';
import { WorkUnderWay } from './work-under-way.ts';

/** What every module may inject: the time, failpoints and our own addresses. */
@Global()
@Module({
  imports: [ConfigModule.forFeature(httpConfig)],
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Failpoints, useValue: new Failpoints() },
    PublicOrigin,
    WorkUnderWay,
  ],
  exports: [Clock, Failpoints, PublicOrigin, WorkUnderWay, ConfigModule],
})
export class CommonModule {}
