import {
  agentSettingsLimits,
  mcpNamePattern,
  mcpTransports,
  type McpServerRequest,
  type McpTransport,
  type SaveMcpServersRequest,
} from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsString,
  IsUrl,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';
import { Trim } from '../../../common/dto/trim.ts';
import { NamedValueDto } from './named-value.dto.ts';

const url = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class McpServerDto implements McpServerRequest {
  @IsString()
  @Length(1, agentSettingsLimits.mcpNameMaxLength)
  @Matches(mcpNamePattern, { message: 'name must be made of letters, digits, - and _' })
  readonly name: string;

  @IsBoolean()
  readonly isEnabled: boolean;

  @IsIn(mcpTransports)
  readonly transport: McpTransport;

  @IfGiven()
  @Trim()
  @IsString()
  @Length(1, agentSettingsLimits.commandMaxLength)
  @Matches(/^[^\0\n]*$/, { message: 'command must be one line' })
  readonly command?: string;

  @IfGiven()
  @IsArray()
  @ArrayMaxSize(agentSettingsLimits.argumentsMax)
  @IsString({ each: true })
  @MaxLength(agentSettingsLimits.argumentMaxLength, { each: true })
  @Matches(/^[^\0]*$/, { each: true, message: 'args must have no zero byte in them' })
  readonly args?: readonly string[];

  @IfGiven()
  @IsArray()
  @ArrayMaxSize(agentSettingsLimits.mcpValuesMax)
  @ValidateNested({ each: true })
  @Type(() => NamedValueDto)
  readonly environment?: readonly NamedValueDto[];

  @IfGiven()
  @Trim()
  @IsUrl(url, { message: 'url must be a URL like https://mcp.example.com/mcp' })
  @MaxLength(agentSettingsLimits.urlMaxLength)
  readonly url?: string;

  @IfGiven()
  @IsArray()
  @ArrayMaxSize(agentSettingsLimits.mcpValuesMax)
  @ValidateNested({ each: true })
  @Type(() => NamedValueDto)
  readonly headers?: readonly NamedValueDto[];
}

export class SaveMcpServersDto implements SaveMcpServersRequest {
  @IsArray()
  @ArrayMaxSize(agentSettingsLimits.mcpServersMax)
  @ValidateNested({ each: true })
  @Type(() => McpServerDto)
  readonly servers: readonly McpServerDto[];
}
