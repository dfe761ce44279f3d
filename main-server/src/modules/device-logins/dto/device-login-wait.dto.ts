import { deviceLoginLimits, type DeviceLoginWaitRequest } from '@codex-webapp/contracts';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class DeviceLoginWaitDto implements DeviceLoginWaitRequest {
  /** A version: the answer comes once there is a later one. */
  @IfGiven()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly after?: number;

  /** Seconds to wait for it. */
  @IfGiven()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(deviceLoginLimits.waitMaxSeconds)
  readonly wait?: number;
}
