import {
  agentIdPattern,
  containerProviderNames,
  containerSizeNames,
  permissionModes,
  sessionLimits,
  type AgentId,
  type ContainerProviderName,
  type ContainerSizeName,
  type CreateSessionRequest,
  type PermissionMode,
} from '@codex-webapp/contracts';
import { IsBoolean, IsIn, IsString, Length, Matches } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';

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
}
