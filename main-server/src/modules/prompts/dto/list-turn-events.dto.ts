import { turnEventPageLimits, type ListTurnEventsRequest } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export class ListTurnEventsDto implements ListTurnEventsRequest {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly after?: number;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(turnEventPageLimits.pageMax)
  readonly limit?: number;
}
