import {
  containerLogLimits,
  containerLogStarts,
  type ContainerLogStart,
  type ReadContainerLogsRequest,
} from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

export class ReadContainerLogsDto implements ReadContainerLogsRequest {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(containerLogLimits.tailMax)
  readonly tail?: number;

  @IsOptional()
  @IsIn(containerLogStarts)
  readonly since?: ContainerLogStart;
}
