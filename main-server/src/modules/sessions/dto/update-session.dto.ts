import {
  agentIdPattern,
  permissionModes,
  sessionLimits,
  type AgentId,
  type PermissionMode,
  type UpdateSessionRequest,
} from '@codex-webapp/contracts';
import { IsBoolean, IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
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

  /** Null: what the agent prefers. */
  @ValidateIf((dto: UpdateSessionDto) => dto.model !== undefined && dto.model !== null)
  @IsString()
  @Length(1, sessionLimits.modelMaxLength)
  readonly model?: string | null;

  /** Null: what the agent prefers. */
  @ValidateIf((dto: UpdateSessionDto) => dto.effort !== undefined && dto.effort !== null)
  @IsString()
  @Length(1, sessionLimits.effortMaxLength)
  readonly effort?: string | null;

  @IfGiven()
  @IsBoolean()
  readonly isArchived?: boolean;

  @IfGiven()
  @IsBoolean()
  readonly isKeptRunning?: boolean;

  @IfGiven()
  @IsBoolean()
  readonly continuesAfterLimit?: boolean;
}
