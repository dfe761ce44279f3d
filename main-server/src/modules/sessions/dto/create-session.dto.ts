import {
  agentIdPattern,
  containerProviderNames,
  containerSizeNames,
  permissionModes,
  preparationLimits,
  sessionLimits,
  type AgentId,
  type ContainerProviderName,
  type ContainerSizeName,
  type CreateSessionRequest,
  type PermissionMode,
} from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Length,
  Matches,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';
import { RepositoryDto } from './repository.dto.ts';

export class CreateSessionDto implements CreateSessionRequest {
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
  @IsIn(containerProviderNames)
  readonly provider?: ContainerProviderName;

  @IfGiven()
  @IsIn(containerSizeNames)
  readonly size?: ContainerSizeName;

  @IfGiven()
  @IsBoolean()
  readonly internet?: boolean;

  @IfGiven()
  @IsIn(permissionModes)
  readonly permissionMode?: PermissionMode;

  /** Null: what the agent prefers. */
  @ValidateIf((dto: CreateSessionDto) => dto.model !== undefined && dto.model !== null)
  @IsString()
  @Length(1, sessionLimits.modelMaxLength)
  readonly model?: string | null;

  /** Null: what the agent prefers. */
  @ValidateIf((dto: CreateSessionDto) => dto.effort !== undefined && dto.effort !== null)
  @IsString()
  @Length(1, sessionLimits.effortMaxLength)
  readonly effort?: string | null;

  /** Cloned into the workspace before the first prompt is run; where it wants a login, by the variables GITHUB_TOKEN, GITLAB_TOKEN or GIT_TOKENS, or over ssh by GIT_SSH_KEY. */
  @IfGiven()
  @IsObject()
  @ValidateNested()
  @Type(() => RepositoryDto)
  readonly repository?: RepositoryDto;

  /** Run by bash in the workspace, after the clone and before the first prompt; once. */
  @IfGiven()
  @IsString()
  @Length(1, preparationLimits.scriptMaxLength)
  @Matches(/^[^\0]*$/, { message: 'setupScript must be text' })
  readonly setupScript?: string;
}
