import type { AnswerAgentRequestRequest } from '@codex-webapp/contracts';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsAnswers } from './is-answers.ts';

export class AnswerAgentRequestDto implements AnswerAgentRequestRequest {
  /** Of a permission request. */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  readonly optionId?: string;

  /** Of a question: chosen labels, or a text of one's own, by question id. */
  @IsOptional()
  @IsAnswers()
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}
