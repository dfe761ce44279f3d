import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AuditModule } from '../audit/audit.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { blobsConfig } from './blobs.config.ts';
import { BlobsController } from './blobs.controller.ts';
import { BlobsService } from './blobs.service.ts';
import { ContainerBlobsController } from './container-blobs.controller.ts';

@Module({
  imports: [ConfigModule.forFeature(blobsConfig), AuditModule, SessionStateModule],
  controllers: [BlobsController, ContainerBlobsController],
  providers: [BlobsService],
  exports: [BlobsService],
})
export class BlobsModule {}
