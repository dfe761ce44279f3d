import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FrontDoorGuard } from '../common/front-door.guard.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { AccessGuard } from './access.guard.ts';
import { LocalAccess } from './local-access.ts';
import { LocalPageController } from './local-page.controller.ts';
import { LocalPageFiles } from './local-page-files.ts';
import { UpgradeAccess } from './upgrade-access.ts';

@Module({
  controllers: [LocalPageController],
  providers: [
    FrontDoorGuard,
    LocalPageFiles,
    UpgradeAccess,
    {
      provide: LocalAccess,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => new LocalAccess(config.sessionId),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [LocalPageFiles, UpgradeAccess],
})
export class LocalPageModule {}
