import type { WorkspaceArchiveQuery } from '@codex-webapp/contracts';
import { IsUUID } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class WorkspaceArchiveQueryDto implements WorkspaceArchiveQuery {
  @IfGiven()
  @IsUUID()
  readonly download?: string;
}
