import type { DokploySettingsResponse } from '@codex-webapp/contracts';
import type { DokployConnection } from '../providers/dokploy/dokploy-connection.ts';
import type { DokploySettingsEntity } from './dokploy-settings.entity.ts';

type Inherited = DokploySettingsResponse['inherited'];

/** Of the environment: what it says holds, and is shown. */
export function fromEnvironment(
  connection: DokployConnection,
  inherited: Inherited,
): DokploySettingsResponse {
  const { baseUrl, project, environment, serverId, placement, image, registry, mainUrl } = connection;
  return {
    source: 'environment',
    baseUrl,
    hasApiKey: true,
    project,
    environment,
    serverId,
    placement,
    image,
    registryUsername: registry?.username ?? null,
    hasRegistryPassword: registry !== null,
    mainUrl,
    inherited,
  };
}

export function fromSettings(row: DokploySettingsEntity, inherited: Inherited): DokploySettingsResponse {
  return {
    source: 'settings',
    baseUrl: row.baseUrl,
    hasApiKey: true,
    project: row.project,
    environment: row.environment,
    serverId: row.serverId,
    placement: row.placement,
    image: row.image,
    registryUsername: row.registryUsername,
    hasRegistryPassword: row.sealedRegistryPassword !== null,
    mainUrl: row.mainUrl,
    inherited,
  };
}

export function fromNothing(project: string, inherited: Inherited): DokploySettingsResponse {
  return {
    source: 'none',
    baseUrl: null,
    hasApiKey: false,
    project,
    environment: null,
    serverId: null,
    placement: [],
    image: null,
    registryUsername: null,
    hasRegistryPassword: false,
    mainUrl: null,
    inherited,
  };
}
