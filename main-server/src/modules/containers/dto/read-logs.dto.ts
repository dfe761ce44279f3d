import { containerLogLimits } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export class ReadLogsDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(containerLogLimits.tailMax)
  readonly tail?: number;
}
