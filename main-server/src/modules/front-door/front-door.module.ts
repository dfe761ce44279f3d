import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { TicketsModule } from '../tickets/tickets.module.ts';
import { containerLimits, containerLimitsToken } from './container-limits.ts';
import { ContainerProxy } from './container-proxy.ts';
import { ContainerRequests } from './container-requests.ts';
import { ContainerUpgrade } from './container-upgrade.ts';
import { frontDoorConfig } from './front-door.config.ts';
import { FrontDoorService } from './front-door.service.ts';
import { HostRouter } from './host-router.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { PreviewOrigin } from './preview-origin.ts';
import { PreviewProxy } from './preview-proxy.ts';
import { SessionUse } from './session-use.ts';
import { SessionEntry } from './session-entry.ts';
import { SessionGuests } from './session-guests.ts';
import { SessionOriginGrantEntity } from './session-origin-grant.entity.ts';
import { SessionOriginGrantsService } from './session-origin-grants.service.ts';
import { SessionOrigin } from './session-origin.ts';
import { SessionUiFiles } from './session-ui-files.ts';
import { TunnelEndpoint } from './tunnel/tunnel-endpoint.ts';
import { TunnelRegistry } from './tunnel/tunnel-registry.ts';

@Module({
  imports: [
    ConfigModule.forFeature(frontDoorConfig),
    TypeOrmModule.forFeature([SessionOriginGrantEntity]),
    AuditModule,
    AuthModule,
    SessionStateModule,
    TicketsModule,
  ],
  providers: [
    { provide: containerLimitsToken, useValue: containerLimits },
    ContainerProxy,
    ContainerRequests,
    ContainerUpgrade,
    FrontDoorService,
    HostRouter,
    OpenExchanges,
    PreviewOrigin,
    PreviewProxy,
    SessionUse,
    SessionEntry,
    SessionGuests,
    SessionOrigin,
    SessionOriginGrantsService,
    SessionUiFiles,
    TunnelEndpoint,
    TunnelRegistry,
  ],
  exports: [FrontDoorService, TunnelRegistry],
})
export class FrontDoorModule {}
