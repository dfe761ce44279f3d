import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { SealedValues } from '../../../database/sealed-values.ts';
import type { DokployConnection } from '../providers/dokploy/dokploy-connection.ts';
import { dokployConfig } from '../providers/dokploy/dokploy.config.ts';
import { DokploySettingsEntity, settingsId } from './dokploy-settings.entity.ts';

/** What each secret is sealed for. */
export const sealedPlaces = {
  apiKey: 'dokploy.apiKey',
  registryPassword: 'dokploy.registryPassword',
} as const;

/** How Dokploy is reached: as the environment says, else as an administrator set it up. */
@Injectable()
export class DokployConnections {
  constructor(
    @InjectRepository(DokploySettingsEntity) private readonly settings: Repository<DokploySettingsEntity>,
    private readonly sealed: SealedValues,
    @Inject(dokployConfig.KEY) private readonly config: ConfigType<typeof dokployConfig>,
  ) {}

  /** Null when nobody has set it up. */
  async find(): Promise<DokployConnection | null> {
    const { connection, project, image, mainUrl, registry } = this.config;
    if (connection !== null) return { ...connection, project, image, mainUrl, registry };
    const row = await this.findSettings();
    return row === null ? null : this.toConnection(row);
  }

  findSettings(): Promise<DokploySettingsEntity | null> {
    return this.settings.findOneBy({ id: settingsId });
  }

  private toConnection(row: DokploySettingsEntity): DokployConnection {
    const { sealedRegistryPassword, registryUsername: username } = row;
    const password =
      sealedRegistryPassword === null
        ? null
        : this.sealed.open(sealedPlaces.registryPassword, sealedRegistryPassword);
    return {
      baseUrl: row.baseUrl,
      // Sealed with another CODEX_WEBAPP_SECRET it is as good as none: Dokploy refuses it, and the page says so.
      apiKey: this.sealed.open(sealedPlaces.apiKey, row.sealedApiKey) ?? '',
      project: row.project,
      environment: row.environment,
      serverId: row.serverId,
      placement: row.placement,
      image: row.image ?? this.config.image,
      registry: username === null || password === null ? this.config.registry : { username, password },
      mainUrl: row.mainUrl ?? this.config.mainUrl,
    };
  }
}
