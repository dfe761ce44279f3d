import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { ContainerCredentialsResponse, LeasedLogin } from '@codex-webapp/contracts';
import { ContainerRoute, CurrentContainer } from '../../common/access.decorator.ts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { ContainerCredentialsService } from './container-credentials.service.ts';
import { RenewLeaseDto } from './dto/renew-lease.dto.ts';

@ContainerRoute()
@Controller('api/container-webhooks/:sessionId/credentials')
export class ContainerCredentialsController {
  constructor(private readonly credentials: ContainerCredentialsService) {}

  @Get()
  read(@CurrentContainer() container: ContainerIdentity): Promise<ContainerCredentialsResponse> {
    return this.credentials.read(container);
  }

  @HttpCode(200)
  @Post('renewals')
  renew(@CurrentContainer() container: ContainerIdentity, @Body() dto: RenewLeaseDto): Promise<LeasedLogin> {
    return this.credentials.renew(container, dto);
  }
}
