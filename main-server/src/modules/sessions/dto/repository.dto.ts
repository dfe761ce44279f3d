import { findAddressProblem, findBranchProblem, type RepositoryRequest } from '@codex-webapp/contracts';
import { IsBoolean } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';
import { HasNoProblem } from './has-no-problem.ts';

export class RepositoryDto implements RepositoryRequest {
  /** `https://host/path` without a login, `git@host:path` or `ssh://[user@]host[:port]/path`. */
  @Trim()
  @HasNoProblem(findAddressProblem)
  readonly url: string;

  /** A branch or a tag. */
  @IfGiven()
  @Trim()
  @HasNoProblem(findBranchProblem)
  readonly branch?: string;

  /** Only the newest commit. */
  @IfGiven()
  @IsBoolean()
  readonly isShallow?: boolean;
}
