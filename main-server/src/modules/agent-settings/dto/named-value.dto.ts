import { agentSettingsLimits, type NamedValueRequest } from '@codex-webapp/contracts';
import { IsBoolean, IsString, Length, Matches, MaxLength } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class NamedValueDto implements NamedValueRequest {
  @IsString()
  @Length(1, agentSettingsLimits.variableNameMaxLength)
  readonly name: string;

  @IfGiven()
  @IsString()
  @MaxLength(agentSettingsLimits.valueMaxLength)
  @Matches(/^[^\0]*$/, { message: 'value must have no zero byte in it' })
  readonly value?: string;

  @IsBoolean()
  readonly isSecret: boolean;
}
