import { Module } from '@nestjs/common';
import { ContainersModule } from '../containers/containers.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { RealtimeModule } from '../realtime/realtime.module.ts';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { MetricsController } from './metrics.controller.ts';
import { MetricsService } from './metrics.service.ts';
import { SessionGauges } from './session-gauges.ts';

@Module({
  imports: [ContainersModule, LinkModule, RealtimeModule],
  controllers: [HealthController, MetricsController],
  providers: [HealthService, MetricsService, SessionGauges],
})
export class HealthModule {}
