import { promptLimits, type QueuePromptRequest } from '@codex-webapp/contracts';
import { IsOptional, IsString, Length } from 'class-validator';

export class QueuePromptDto implements QueuePromptRequest {
  @IsString()
  @Length(promptLimits.textMinLength, promptLimits.textMaxLength)
  readonly text: string;

  /** The same id sent twice is one prompt. */
  @IsOptional()
  @IsString()
  @Length(1, promptLimits.clientRequestIdMaxLength)
  readonly clientRequestId?: string;
}
