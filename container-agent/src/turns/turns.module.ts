import path from 'node:path';
import { Module } from '@nestjs/common';
import { BlobsModule } from '../blobs/blobs.module.ts';
import { AgentsModule } from '../agents/agents.module.ts';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { MessagePostService } from './message-post.service.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnFrames } from './turn-frames.ts';
import { TurnJournal } from './turn-journal.ts';
import { TurnService } from './turn.service.ts';

const folderOf = (config: SessionConfig): string => path.join(config.statePath, 'turns');

@Module({
  imports: [MainLinkModule, BlobsModule, AgentsModule],
  providers: [
    TurnService,
    TurnFrames,
    MessagePostService,
    {
      provide: TurnJournal,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => new TurnJournal(folderOf(config)),
    },
    {
      provide: TurnCheckpoints,
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) => new TurnCheckpoints(folderOf(config)),
    },
  ],
  exports: [TurnService],
})
export class TurnsModule {}
