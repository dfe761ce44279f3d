import {
  authLimits,
  userLimits,
  userRoles,
  type CreateUserRequest,
  type UserRole,
} from '@codex-webapp/contracts';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { IsUncommonPassword } from '../../../common/dto/uncommon-password.ts';

export class CreateUserDto implements CreateUserRequest {
  @IsString()
  @Length(userLimits.nameMinLength, userLimits.nameMaxLength)
  @Matches(userLimits.namePattern, { message: 'username may have letters, digits and . _ @ -' })
  readonly username: string;

  @IsString()
  @Length(authLimits.passwordMinLength, authLimits.passwordMaxLength)
  @IsUncommonPassword()
  readonly password: string;

  @IfGiven()
  @IsIn(userRoles)
  readonly role?: UserRole;
}
