import { promptLimits, type UpdatePromptRequest } from '@codex-webapp/contracts';
import { IsString, Length, ValidateIf } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

/** What is absent stays as it is. */
export class UpdatePromptDto implements UpdatePromptRequest {
  @IfGiven()
  @IsString()
  @Length(promptLimits.textMinLength, promptLimits.textMaxLength)
  readonly text?: string;

  /** The text that is meant to be replaced. */
  @IfGiven()
  @IsString()
  @Length(promptLimits.textMinLength, promptLimits.textMaxLength)
  readonly ifText?: string;

  /** The queued prompt it goes before; null for the end of the queue. */
  @ValidateIf((dto: UpdatePromptDto) => dto.beforePromptId !== undefined && dto.beforePromptId !== null)
  @IsString()
  @Length(1, 128)
  readonly beforePromptId?: string | null;
}
