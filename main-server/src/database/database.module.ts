import { Global, Module } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { DataFolder } from './data-folder.ts';
import { DataFolderModule } from './data-folder.module.ts';
import { sqliteOptions } from './data-source.ts';
import { databaseConfig } from './database.config.ts';
import { Secrets } from './secrets.ts';
import { ServerDataSource } from './server-data-source.ts';
import { ServerState } from './server-state.ts';
import { WriteQueue } from './write-queue.ts';

/** What the factory of the connection needs beside TypeORM's own options. */
interface ServerOptions {
  readonly folder: DataFolder;
  readonly instanceId: string;
}

@Global()
@Module({
  imports: [
    DataFolderModule,
    TypeOrmModule.forRootAsync({
      inject: [databaseConfig.KEY, DataFolder, Secrets],
      useFactory: (config: ConfigType<typeof databaseConfig>, folder: DataFolder, secrets: Secrets) => ({
        ...sqliteOptions(config.file),
        autoLoadEntities: true,
        retryAttempts: 0,
        // What is wrong with a file stays wrong; the caller tells it, once.
        toRetry: () => false,
        folder,
        instanceId: secrets.instanceId,
      }),
      dataSourceFactory: (options) => {
        const { folder, instanceId, ...rest } = options as DataSourceOptions & ServerOptions;
        return new ServerDataSource(rest, folder, instanceId).initialize();
      },
    }),
  ],
  providers: [
    {
      provide: WriteQueue,
      inject: [DataSource],
      useFactory: (dataSource: ServerDataSource) => dataSource.writeQueue,
    },
    {
      provide: ServerState,
      inject: [DataSource],
      useFactory: (dataSource: ServerDataSource) => dataSource.state,
    },
  ],
  exports: [DataFolderModule, WriteQueue, ServerState],
})
export class DatabaseModule {}
