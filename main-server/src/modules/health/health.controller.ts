import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../../common/access.decorator.ts';
import { HealthService, type HealthResponse } from './health.service.ts';
import { MetricsService } from './metrics.service.ts';

@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly metrics: MetricsService,
  ) {}

  @Get('health/live')
  live(): HealthResponse {
    return this.health.live();
  }

  @Get('health/ready')
  ready(): Promise<HealthResponse> {
    return this.health.ready();
  }

  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Get('metrics')
  collect(): Promise<string> {
    return this.metrics.collect();
  }
}
