import { promptLimits, type PromptWaitRequest } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export class PromptWaitDto implements PromptWaitRequest {
  /** Seconds to wait for the end of the turn; less when the agent asks something. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(promptLimits.waitMaxSeconds)
  readonly wait?: number;
}
