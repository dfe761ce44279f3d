import { Controller, HttpCode, Post } from '@nestjs/common';
import type { SealingKeyRotationResponse } from '@codex-webapp/contracts';
import { AdminOnly, CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { SealingKeyRotationService } from './sealing-key-rotation.service.ts';

@AdminOnly()
@Controller('api/settings/sealing-key')
export class SealingKeyController {
  constructor(private readonly rotation: SealingKeyRotationService) {}

  @HttpCode(200)
  @Post('rotate')
  rotate(@CurrentUser() admin: AuthUser): Promise<SealingKeyRotationResponse> {
    return this.rotation.rotate(admin);
  }
}
