import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { promptLimits, type QueuePromptRequest } from '@codex-webapp/contracts';
import { IsOptional, IsString, Length } from 'class-validator';

export class QueuePromptDto implements QueuePromptRequest {
  @ApiProperty()
  @IsString()
  @Length(promptLimits.textMinLength, promptLimits.textMaxLength)
  readonly text: string;

  @ApiPropertyOptional({ description: 'Makes a repeated POST one prompt.' })
  @IsOptional()
  @IsString()
  @Length(1, promptLimits.clientRequestIdMaxLength)
  readonly clientRequestId?: string;
}
