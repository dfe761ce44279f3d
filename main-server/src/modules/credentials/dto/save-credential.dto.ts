import {
  authFilePathPattern,
  credentialLimits,
  credentialVariablePattern,
  secretPattern,
  type AuthFileRequest,
  type SaveCredentialRequest,
} from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsString,
  IsUrl,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';

const url = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class AuthFileDto implements AuthFileRequest {
  @IfGiven()
  @IsString()
  @MaxLength(credentialLimits.filePathMaxLength)
  @Matches(authFilePathPattern, {
    message: 'path must be a place below HOME, such as .config/agent/auth.json',
  })
  readonly path?: string;

  @IsString()
  @Length(2, credentialLimits.fileMaxLength)
  readonly content: string;
}

export class SaveCredentialDto implements SaveCredentialRequest {
  @IfGiven()
  @Trim()
  @IsString()
  @Length(credentialLimits.secretMinLength, credentialLimits.secretMaxLength)
  @Matches(secretPattern, { message: 'secret must have no spaces or line breaks in it' })
  readonly secret?: string;

  @IfGiven()
  @Trim()
  @IsUrl(url, { message: 'baseUrl must be a URL like https://models.example.com/v1' })
  @MaxLength(credentialLimits.baseUrlMaxLength)
  readonly baseUrl?: string;

  @IfGiven()
  @Trim()
  @IsString()
  @Length(1, credentialLimits.modelMaxLength)
  readonly model?: string;

  @IfGiven()
  @IsString()
  @MaxLength(credentialLimits.variableMaxLength)
  @Matches(credentialVariablePattern, { message: 'variable must be a name like EXAMPLE_API_KEY' })
  readonly variable?: string;

  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(credentialLimits.filesMax)
  @ValidateNested({ each: true })
  @Type(() => AuthFileDto)
  readonly files?: readonly AuthFileDto[];
}
