import { Module } from '@nestjs/common';
import { ContainersModule } from '../containers/containers.module.ts';
import { FrontDoorModule } from '../front-door/front-door.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { TunnelledArchives } from './tunnelled-archives.ts';
import { WorkspaceArchivesController } from './workspace-archives.controller.ts';
import { WorkspaceArchivesService } from './workspace-archives.service.ts';
import { WorkspaceDownloads } from './workspace-downloads.ts';

@Module({
  imports: [ContainersModule, FrontDoorModule, SessionStateModule],
  controllers: [WorkspaceArchivesController],
  providers: [TunnelledArchives, WorkspaceArchivesService, WorkspaceDownloads],
})
export class WorkspaceArchivesModule {}
