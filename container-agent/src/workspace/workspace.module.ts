import { Module } from '@nestjs/common';
import { WorkspaceFilesController } from './workspace-files.controller.ts';
import { WorkspaceFilesService } from './workspace-files.service.ts';

@Module({ controllers: [WorkspaceFilesController], providers: [WorkspaceFilesService] })
export class WorkspaceModule {}
