import { apiTokenScopes, authLimits, type ApiTokenScope, type CreateApiTokenRequest } from '@codex-webapp/contracts';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

export class CreateApiTokenDto implements CreateApiTokenRequest {
  @IsString()
  @Length(1, authLimits.tokenNameMaxLength)
  readonly name: string;

  @IsOptional()
  @IsIn(apiTokenScopes)
  readonly scope?: ApiTokenScope;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(authLimits.tokenMaxDays)
  readonly expiresInDays?: number;
}
