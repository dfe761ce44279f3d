import { attachmentPathPattern, promptLimits, type QueuePromptRequest } from '@codex-webapp/contracts';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, Matches } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class QueuePromptDto implements QueuePromptRequest {
  @IsString()
  @Length(promptLimits.textMinLength, promptLimits.textMaxLength)
  readonly text: string;

  /** The same id sent twice is one prompt. */
  @IsOptional()
  @IsString()
  @Length(1, promptLimits.clientRequestIdMaxLength)
  readonly clientRequestId?: string;

  /** Images in the workspace, each `.attachments/<id>/<name>`. */
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(promptLimits.imagesMax)
  @IsString({ each: true })
  @Matches(attachmentPathPattern, {
    each: true,
    message: 'each image is the path of an attachment: .attachments/<id>/<name>',
  })
  readonly images?: readonly string[];
}
