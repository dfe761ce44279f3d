import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type {
  DokploySettingsResponse,
  DokployTestResponse,
  SaveDokploySettingsRequest,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../../common/auth-user.ts';
import { SealedValues } from '../../../database/sealed-values.ts';
import { WriteQueue } from '../../../database/write-queue.ts';
import { actorOf } from '../../audit/actor.ts';
import { AuditService } from '../../audit/audit.service.ts';
import { testConnection } from '../providers/dokploy/dokploy-checks.ts';
import { registryOf, type DokployConnection } from '../providers/dokploy/dokploy-connection.ts';
import { dokployConfig } from '../providers/dokploy/dokploy.config.ts';
import { StoredDokployPlaces } from './dokploy-place.store.ts';
import { DokployConnections, sealedPlaces } from './dokploy-connections.ts';
import { DokploySettingsEntity, settingsId } from './dokploy-settings.entity.ts';
import { fromEnvironment, fromNothing, fromSettings } from './dokploy-settings.mapper.ts';

/** How administrators set Dokploy up. The key goes in and is never told again. */
@Injectable()
export class DokploySettingsService {
  constructor(
    private readonly connections: DokployConnections,
    private readonly places: StoredDokployPlaces,
    private readonly sealed: SealedValues,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(dokployConfig.KEY) private readonly config: ConfigType<typeof dokployConfig>,
  ) {}

  async read(): Promise<DokploySettingsResponse> {
    const { image, mainUrl, project } = this.config;
    const inherited = { image, mainUrl };
    if (this.config.connection !== null) {
      const connection = await this.connections.find();
      if (connection !== null) return fromEnvironment(connection, inherited);
    }
    const row = await this.connections.findSettings();
    return row === null ? fromNothing(project, inherited) : fromSettings(row, inherited);
  }

  /** @throws settings.in_environment, settings.secret_missing, settings.in_use */
  async save(admin: AuthUser, request: SaveDokploySettingsRequest): Promise<DokploySettingsResponse> {
    this.assertOurs();
    const connection = await this.toConnection(request);
    await this.assertKeepsData(connection);
    const { registry } = connection;
    const toRow = (): DokploySettingsEntity => ({
      id: settingsId,
      baseUrl: connection.baseUrl,
      sealedApiKey: this.sealed.seal(sealedPlaces.apiKey, connection.apiKey),
      project: connection.project,
      environment: connection.environment,
      serverId: connection.serverId,
      placement: connection.placement,
      image: request.image ?? null,
      registryUsername: request.registryUsername ?? null,
      sealedRegistryPassword:
        request.registryUsername && registry !== null
          ? this.sealed.seal(sealedPlaces.registryPassword, registry.password)
          : null,
      mainUrl: request.mainUrl ?? null,
      updatedAt: this.clock.now(),
    });
    await this.writeQueue.run(async (manager) => {
      const row = toRow();
      await manager.upsert(DokploySettingsEntity, row, ['id']);
      this.audit.record(manager, {
        actor: actorOf(admin),
        action: 'dokploy_settings.changed',
        details: { baseUrl: row.baseUrl, project: row.project, serverId: row.serverId },
      });
    });
    return this.read();
  }

  /** Forgets them. Repeating it succeeds. @throws settings.in_environment, settings.in_use */
  async remove(admin: AuthUser): Promise<DokploySettingsResponse> {
    this.assertOurs();
    await this.assertKeepsData(null);
    await this.writeQueue.run(async (manager) => {
      await manager.delete(DokploySettingsEntity, { id: settingsId });
      this.audit.record(manager, { actor: actorOf(admin), action: 'dokploy_settings.removed' });
    });
    return this.read();
  }

  /** Looks at everything sessions would need. @throws settings.secret_missing */
  async test(request: SaveDokploySettingsRequest): Promise<DokployTestResponse> {
    const checks = await testConnection(await this.toConnection(request));
    return { isUsable: checks.every(({ state }) => state === 'ok'), checks };
  }

  private assertOurs(): void {
    if (this.config.connection === null) return;
    throw new DomainError('settings.in_environment', {
      message: 'DOKPLOY_BASE_URL is set in the environment of the server. Change it there.',
    });
  }

  /** Sessions are found by where their apps are: elsewhere they would begin anew, and their data would be left behind. */
  private async assertKeepsData(next: DokployConnection | null): Promise<void> {
    const row = await this.connections.findSettings();
    if (row === null) return;
    const isSamePlace =
      next !== null &&
      new URL(row.baseUrl).hostname === new URL(next.baseUrl).hostname &&
      row.project === next.project &&
      row.environment === next.environment;
    if (isSamePlace) return;
    const { length } = await this.places.list();
    if (length === 0) return;
    throw new DomainError('settings.in_use', {
      message: `${length} sessions have their data in this Dokploy. Delete them before another host, project or environment is used.`,
    });
  }

  private async toConnection(request: SaveDokploySettingsRequest): Promise<DokployConnection> {
    const { origin: baseUrl } = new URL(request.baseUrl);
    const kept = await this.connections.find();
    // A kept key is never sent to another address than the one it was given for.
    const apiKey = request.apiKey ?? (kept?.baseUrl === baseUrl ? kept.apiKey : undefined);
    if (!apiKey) {
      throw new DomainError('settings.secret_missing', {
        message: `Enter the API key for ${baseUrl}. Dokploy makes one under Settings → Profile → API/CLI Keys.`,
      });
    }
    return {
      baseUrl,
      apiKey,
      project: request.project ?? this.config.project,
      environment: request.environment ?? null,
      serverId: request.serverId ?? null,
      placement: request.placement ?? [],
      image: request.image ?? this.config.image,
      registry: this.toRegistry(request, kept),
      mainUrl: request.mainUrl ?? this.config.mainUrl,
    };
  }

  private toRegistry(
    { registryUsername: username, registryPassword: given, image }: SaveDokploySettingsRequest,
    kept: DokployConnection | null,
  ): DokployConnection['registry'] {
    if (!username) return this.config.registry;
    // As with the key: for this user of this registry, and nobody else.
    const isSame =
      kept?.registry?.username === username &&
      registryOf(kept.image ?? '') === registryOf(image ?? this.config.image ?? '');
    const password = given ?? (isSame ? kept.registry?.password : undefined);
    if (password !== undefined) return { username, password };
    throw new DomainError('settings.secret_missing', {
      message: `Enter the password of ${username} for the registry${image ? ` of ${image}` : ''}.`,
    });
  }
}
