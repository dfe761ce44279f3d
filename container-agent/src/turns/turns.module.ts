import path from 'node:path';
import { Module } from '@nestjs/common';
import { BlobsModule } from '../blobs/blobs.module.ts';
import { AgentsModule } from '../agents/agents.module.ts';
import { LoginsModule } from '../logins/logins.module.ts';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { DeadTurns } from './dead-turns.ts';
import { MessagePostService } from './message-post.service.ts';
import { OfferedControls } from './offered-controls.ts';
import { Recollections } from './recollections.ts';
import { TitleSuggestions } from './title-suggestions.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnFrames } from './turn-frames.ts';
import { TurnJournal } from './turn-journal.ts';
import { TurnRecorders } from './turn-recorders.ts';
import { TurnService } from './turn.service.ts';

const folderOf = (config: SessionConfig): string => path.join(config.statePath, 'turns');

@Module({
  imports: [MainLinkModule, BlobsModule, AgentsModule, LoginsModule],
  providers: [
    DeadTurns,
    TurnService,
    TurnFrames,
    TurnRecorders,
    MessagePostService,
    OfferedControls,
    Recollections,
    TitleSuggestions,
    {
      provide: TurnJournal,
      inject: [sessionConfig.KEY, DiskRoom],
      useFactory: (config: SessionConfig, room: DiskRoom) => new TurnJournal(folderOf(config), room),
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
