import path from 'node:path';
import { Module } from '@nestjs/common';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { BlobSpool } from './blob-spool.ts';
import { BlobUploadService } from './blob-upload.service.ts';

@Module({
  imports: [MainLinkModule],
  providers: [
    BlobUploadService,
    {
      provide: BlobSpool,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => new BlobSpool({ folder: path.join(config.statePath, 'blobs') }),
    },
  ],
  exports: [BlobSpool],
})
export class BlobsModule {}
