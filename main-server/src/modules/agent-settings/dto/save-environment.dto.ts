import { agentSettingsLimits, type SaveEnvironmentRequest } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, ValidateNested } from 'class-validator';
import { NamedValueDto } from './named-value.dto.ts';

export class SaveEnvironmentDto implements SaveEnvironmentRequest {
  @IsArray()
  @ArrayMaxSize(agentSettingsLimits.variablesMax)
  @ValidateNested({ each: true })
  @Type(() => NamedValueDto)
  readonly variables: readonly NamedValueDto[];
}
