import { dokployLimits, type SaveDokploySettingsRequest } from '@codex-webapp/contracts';
import {
  ArrayMaxSize,
  IsArray,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { IfGiven } from '../../../../common/dto/if-given.ts';

const url = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
const constraint = /^\s*node\.(id|role|hostname|labels\.[\w.-]+)\s*(==|!=)\s*\S+\s*$/;

export class SaveDokploySettingsDto implements SaveDokploySettingsRequest {
  @IsUrl(url, { message: 'baseUrl must be a URL like https://dokploy.example.com' })
  @MaxLength(dokployLimits.urlMaxLength)
  readonly baseUrl: string;

  @IfGiven()
  @IsString()
  @Length(1, dokployLimits.keyMaxLength)
  readonly apiKey?: string;

  @IfGiven()
  @IsString()
  @Length(1, dokployLimits.nameMaxLength)
  readonly project?: string;

  @IsOptional()
  @IsString()
  @Length(1, dokployLimits.nameMaxLength)
  readonly environment?: string | null;

  @IsOptional()
  @IsString()
  @Length(1, dokployLimits.nameMaxLength)
  readonly serverId?: string | null;

  @IfGiven()
  @IsArray()
  @ArrayMaxSize(dokployLimits.placementMax)
  @MaxLength(dokployLimits.constraintMaxLength, { each: true })
  @Matches(constraint, {
    each: true,
    message: 'placement must have constraints like node.labels.sessions==true or node.hostname==worker-1',
  })
  readonly placement?: readonly string[];

  @IsOptional()
  @IsString()
  @Length(1, dokployLimits.imageMaxLength)
  readonly image?: string | null;

  @IsOptional()
  @IsString()
  @Length(1, dokployLimits.nameMaxLength)
  readonly registryUsername?: string | null;

  @IfGiven()
  @IsString()
  @Length(1, dokployLimits.keyMaxLength)
  readonly registryPassword?: string;

  @IsOptional()
  @IsUrl(url, { message: 'mainUrl must be a URL like https://agents-link.example.com' })
  @MaxLength(dokployLimits.urlMaxLength)
  readonly mainUrl?: string | null;
}
