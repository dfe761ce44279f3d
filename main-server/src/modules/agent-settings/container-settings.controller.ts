import { Controller, Get } from '@nestjs/common';
import type { ContainerSettingsResponse } from '@codex-webapp/contracts';
import { ContainerRoute, CurrentContainer } from '../../common/access.decorator.ts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { ContainerSettingsService } from './container-settings.service.ts';

@ContainerRoute()
@Controller('api/container-webhooks/:sessionId/agent-settings')
export class ContainerSettingsController {
  constructor(private readonly settings: ContainerSettingsService) {}

  @Get()
  read(@CurrentContainer() container: ContainerIdentity): Promise<ContainerSettingsResponse> {
    return this.settings.read(container);
  }
}
