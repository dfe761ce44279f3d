import { ApiProperty } from '@nestjs/swagger';
import { terminalLimits, type CreateTerminalRequest } from '@codex-webapp/contracts';
import { IsInt, Max, Min } from 'class-validator';

export class CreateTerminalDto implements CreateTerminalRequest {
  @ApiProperty()
  @IsInt()
  @Min(terminalLimits.colsMin)
  @Max(terminalLimits.colsMax)
  readonly cols: number;

  @ApiProperty()
  @IsInt()
  @Min(terminalLimits.rowsMin)
  @Max(terminalLimits.rowsMax)
  readonly rows: number;
}
