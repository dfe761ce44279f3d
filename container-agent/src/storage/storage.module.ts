import { Global, Module } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { DiskRoom } from './disk-room.ts';

@Global()
@Module({
  providers: [
    {
      provide: DiskRoom,
      inject: [sessionConfig.KEY],
      useFactory: ({ statePath }: SessionConfig) => new DiskRoom({ folder: statePath }),
    },
  ],
  exports: [DiskRoom],
})
export class StorageModule {}
