import path from 'node:path';
import { Module } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
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
      inject: [sessionConfig.KEY],
      useFactory: (config: SessionConfig) =>
        new Outbox({ folder: path.join(config.statePath, 'outbox'), now: Date.now }),
    },
  ],
  exports: [MainLinkService, MainServerClient, Outbox, ReverseTunnel],
})
export class MainLinkModule {}
