import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PortListBody } from './dto/ports.responses.ts';
import { PortsService } from './ports.service.ts';

@ApiTags('ports')
@Controller('api/ports')
export class PortsController {
  constructor(private readonly ports: PortsService) {}

  @Get()
  @ApiOkResponse({ type: PortListBody })
  list(): PortListBody {
    return this.ports.list();
  }
}
