import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { SealedRows, type ResealedRows } from '../../../database/sealed-rows.ts';
import { SealedValues } from '../../../database/sealed-values.ts';
import type { DokployConnection } from '../providers/dokploy/dokploy-connection.ts';
import { dokployConfig } from '../providers/dokploy/dokploy.config.ts';
import { DokploySettingsEntity, settingsId } from './dokploy-settings.entity.ts';

/** What each secret is sealed for. */
export const sealedPlaces = {
  apiKey: 'dokploy.apiKey',
  registryPassword: 'dokploy.registryPassword',
} as const;

const sealedColumns = [
  ['sealedApiKey', sealedPlaces.apiKey],
  ['sealedRegistryPassword', sealedPlaces.registryPassword],
] as const;

/** How Dokploy is reached: as the environment says, else as an administrator set it up. */
@Injectable()
export class DokployConnections {
  constructor(
    @InjectRepository(DokploySettingsEntity) private readonly settings: Repository<DokploySettingsEntity>,
    private readonly sealed: SealedValues,
    sealedRows: SealedRows,
    @Inject(dokployConfig.KEY) private readonly config: ConfigType<typeof dokployConfig>,
  ) {
    sealedRows.register((manager) => this.reseal(manager));
  }

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

  private async reseal(manager: EntityManager): Promise<ResealedRows> {
    const row = await manager.findOneBy(DokploySettingsEntity, { id: settingsId });
    const counts = { resealed: 0, unreadable: 0 };
    if (row === null) return counts;
    for (const [column, place] of sealedColumns) {
      const before = row[column];
      const after = before === null ? null : this.sealed.reseal(place, before);
      if (before === after) continue;
      if (after === null) counts.unreadable += 1;
      else {
        await manager.update(DokploySettingsEntity, { id: settingsId }, { [column]: after });
        counts.resealed += 1;
      }
    }
    return counts;
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
