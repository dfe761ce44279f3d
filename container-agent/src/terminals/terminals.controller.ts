import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CreateTerminalDto } from './dto/create-terminal.dto.ts';
import { TerminalBody, TerminalListBody } from './dto/terminals.responses.ts';
import { TerminalsService } from './terminals.service.ts';

@ApiTags('terminals')
@Controller('api/terminals')
export class TerminalsController {
  constructor(private readonly terminals: TerminalsService) {}

  @Get()
  @ApiOkResponse({ type: TerminalListBody })
  list(): TerminalListBody {
    return this.terminals.list();
  }

  @Post()
  @ApiCreatedResponse({ type: TerminalBody })
  create(@Body() dto: CreateTerminalDto): Promise<TerminalBody> {
    return this.terminals.create(dto);
  }

  @Delete(':terminalId')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@Param('terminalId') terminalId: string): Promise<void> {
    return this.terminals.remove(terminalId);
  }
}
