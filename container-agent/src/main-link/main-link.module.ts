import path from 'node:path';
import { Module } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { MainLinkService } from './main-link.service.ts';
import { MainServerClient } from './main-server-client.ts';
import { Outbox } from './outbox.ts';
import { ReverseTunnel } from './reverse-tunnel.ts';

@Module({
  providers: [
    MainLinkService,
    MainServerClient,
    ReverseTunnel,
    {
      provide: Outbox,
      inject: [sessionConfig.KEY, DiskRoom],
      useFactory: (config: SessionConfig, room: DiskRoom) =>
        new Outbox({
          folder: path.join(config.statePath, 'outbox'),
          room,
          now: Date.now,
          maxBytes: config.outboxMaxBytes,
        }),
    },
  ],
  exports: [MainLinkService, MainServerClient, Outbox, ReverseTunnel],
})
export class MainLinkModule {}
