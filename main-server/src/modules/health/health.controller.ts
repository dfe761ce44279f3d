import { Controller, Get } from '@nestjs/common';
import { Public } from '../../common/access.decorator.ts';
import { HealthService, type HealthResponse } from './health.service.ts';

@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  live(): HealthResponse {
    return this.health.live();
  }

  @Get('ready')
  ready(): Promise<HealthResponse> {
    return this.health.ready();
  }
}
