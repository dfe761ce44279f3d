import {
  apiTokenScopes,
  authLimits,
  type ApiTokenScope,
  type CreateApiTokenRequest,
} from '@codex-webapp/contracts';
import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class CreateApiTokenDto implements CreateApiTokenRequest {
  @IsString()
  @Length(1, authLimits.tokenNameMaxLength)
  readonly name: string;

  @IfGiven()
  @IsIn(apiTokenScopes)
  readonly scope?: ApiTokenScope;

  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(authLimits.tokenMaxDays)
  readonly expiresInDays?: number;
}
