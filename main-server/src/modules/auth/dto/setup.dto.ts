import { authLimits, userLimits, type SetupRequest } from '@codex-webapp/contracts';
import { IsString, Length, Matches } from 'class-validator';
import { IsUncommonPassword } from '../../../common/dto/uncommon-password.ts';

export class SetupDto implements SetupRequest {
  @IsString()
  @Length(1, 100)
  readonly token: string;

  @IsString()
  @Length(userLimits.nameMinLength, userLimits.nameMaxLength)
  @Matches(userLimits.namePattern, { message: 'username may have letters, digits and . _ @ -' })
  readonly username: string;

  @IsString()
  @Length(authLimits.passwordMinLength, authLimits.passwordMaxLength)
  @IsUncommonPassword()
  readonly password: string;
}
