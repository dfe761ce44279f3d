import type { InterruptRequest } from '@codex-webapp/contracts';
import { IsString, Length } from 'class-validator';

export class InterruptDto implements InterruptRequest {
  /** The turn that is meant; a turn that runs no more is not interrupted. */
  @IsString()
  @Length(1, 128)
  readonly turnId: string;
}
