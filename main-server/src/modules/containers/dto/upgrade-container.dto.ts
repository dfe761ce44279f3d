import type { UpgradeContainerRequest } from '@codex-webapp/contracts';
import { IsBoolean } from 'class-validator';
import { IfGiven } from '../../../common/dto/if-given.ts';

export class UpgradeContainerDto implements UpgradeContainerRequest {
  @IfGiven()
  @IsBoolean()
  readonly endsTurn?: boolean;
}
