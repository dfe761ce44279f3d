import {
  sessionLimits,
  titleSources,
  type SuggestTitleRequest,
  type TitleSource,
} from '@codex-webapp/contracts';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';

export class SuggestTitleDto implements SuggestTitleRequest {
  @IsString()
  @Length(sessionLimits.titleMinLength, sessionLimits.titleMaxLength)
  @Matches(/^[^\p{Cc}\p{Surrogate}]+$/u, { message: 'title must be one line of text' })
  readonly title: string;

  @IsOptional()
  @IsIn(titleSources)
  readonly source?: TitleSource;
}
