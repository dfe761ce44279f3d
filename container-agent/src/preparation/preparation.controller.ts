import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PreparationLogBody } from './dto/preparation.responses.ts';
import { WorkspacePreparation } from './workspace-preparation.service.ts';

@ApiTags('preparation')
@Controller('api/preparation')
export class PreparationController {
  constructor(private readonly preparation: WorkspacePreparation) {}

  @Get('log')
  @ApiOkResponse({ type: PreparationLogBody })
  log(): PreparationLogBody {
    return this.preparation.log.read();
  }
}
