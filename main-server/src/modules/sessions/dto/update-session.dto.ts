import {
  agentIdPattern,
  permissionModes,
  sessionLimits,
  type AgentId,
  type PermissionMode,
  type UpdateSessionRequest,
} from '@codex-webapp/contracts';
import { IsBoolean, IsIn, IsString, Length, Matches } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';

/** What is absent stays as it is. */
export class UpdateSessionDto implements UpdateSessionRequest {
  @IfGiven()
  @Trim()
  @IsString()
  @Length(sessionLimits.titleMinLength, sessionLimits.titleMaxLength)
  readonly title?: string;

  @IfGiven()
  @IsString()
  @Matches(agentIdPattern)
  readonly agent?: AgentId;

  @IfGiven()
  @IsIn(permissionModes)
  readonly permissionMode?: PermissionMode;

  @IfGiven()
  @IsBoolean()
  readonly isArchived?: boolean;

  @IfGiven()
  @IsBoolean()
  readonly isKeptRunning?: boolean;
}
