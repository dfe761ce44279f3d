import { authLimits, userLimits, type LoginRequest } from '@codex-webapp/contracts';
import { IsString, Length } from 'class-validator';

/** Says nothing about which names and passwords can exist. */
export class LoginDto implements LoginRequest {
  @IsString()
  @Length(userLimits.nameMinLength, userLimits.nameMaxLength)
  readonly username: string;

  @IsString()
  @Length(1, authLimits.passwordMaxLength)
  readonly password: string;
}
