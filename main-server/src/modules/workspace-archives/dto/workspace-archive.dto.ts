import type { WorkspaceArchiveRequest } from '@codex-webapp/contracts';
import { IsUUID } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class WorkspaceArchiveDto implements WorkspaceArchiveRequest {
  @IfGiven()
  @IsUUID()
  readonly download?: string;
}
