import { messageLimits, type ListMessagesRequest } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export class ListMessagesDto implements ListMessagesRequest {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  readonly before?: number;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(messageLimits.pageMax)
  readonly limit?: number;
}
