import {
  sessionLimits,
  sessionStatuses,
  type ListSessionsRequest,
  type SessionStatus,
} from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export class ListSessionsDto implements ListSessionsRequest {
  /** Words of titles and messages. */
  @IsOptional()
  @IsString()
  @MaxLength(sessionLimits.searchMaxLength)
  readonly q?: string;

  @IsOptional()
  @IsIn(sessionStatuses)
  readonly status?: SessionStatus;

  @IsOptional()
  @IsString()
  @MaxLength(300)
  readonly cursor?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(sessionLimits.pageMax)
  readonly limit?: number;
}
