import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { WorkspaceArchiveController } from './workspace-archive.controller.ts';
import { WorkspaceArchiveService } from './workspace-archive.service.ts';
import { WorkspaceFilesController } from './workspace-files.controller.ts';
import { WorkspaceFilesService } from './workspace-files.service.ts';
import { WorkspaceSearchController } from './workspace-search.controller.ts';
import { WorkspaceSearchService } from './workspace-search.service.ts';

@Module({
  imports: [ConfigModule.forFeature(agentEnvironmentConfig)],
  controllers: [WorkspaceArchiveController, WorkspaceFilesController, WorkspaceSearchController],
  providers: [WorkspaceArchiveService, WorkspaceFilesService, WorkspaceSearchService],
})
export class WorkspaceModule {}
