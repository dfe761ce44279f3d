import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { MetricsService } from './metrics.service.ts';

@Module({ controllers: [HealthController], providers: [HealthService, MetricsService] })
export class HealthModule {}
