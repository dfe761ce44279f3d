import { Controller, Get, Header } from '@nestjs/common';
import { MetricsRoute } from '../../common/access.decorator.ts';
import { MetricsService } from './metrics.service.ts';

@MetricsRoute()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Get()
  collect(): Promise<string> {
    return this.metrics.collect();
  }
}
