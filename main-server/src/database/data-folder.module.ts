import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { databaseConfig } from './database.config.ts';
import { DataFolder } from './data-folder.ts';
import { secretsConfig } from './secrets.config.ts';
import { SealedRows } from './sealed-rows.ts';
import { SealedValues } from './sealed-values.ts';
import { SealingKeys } from './sealing-keys.ts';
import { Secrets } from './secrets.ts';

@Global()
@Module({
  imports: [ConfigModule.forFeature(databaseConfig), ConfigModule.forFeature(secretsConfig)],
  providers: [
    {
      provide: DataFolder,
      inject: [databaseConfig.KEY],
      useFactory: (config: ConfigType<typeof databaseConfig>) => DataFolder.open(config.folder),
    },
    {
      provide: Secrets,
      inject: [DataFolder, secretsConfig.KEY],
      useFactory: (folder: DataFolder, config: ConfigType<typeof secretsConfig>) =>
        Secrets.open(folder, config),
    },
    SealingKeys,
    SealedValues,
    SealedRows,
  ],
  exports: [DataFolder, Secrets, SealingKeys, SealedValues, SealedRows, ConfigModule],
})
export class DataFolderModule {}
