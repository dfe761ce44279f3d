import {
  deviceLoginInputPattern,
  deviceLoginLimits,
  type DeviceLoginInputRequest,
} from '@codex-webapp/contracts';
import { IsString, Matches, MaxLength } from 'class-validator';
import { Trim } from '../../../common/dto/trim.ts';

export class DeviceLoginInputDto implements DeviceLoginInputRequest {
  @Trim()
  @IsString()
  @MaxLength(deviceLoginLimits.inputMaxLength)
  @Matches(deviceLoginInputPattern, { message: 'text must be one line of plain characters' })
  readonly text: string;
}
