import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Of the one row. */
export const settingsId = 1;

/** One row at most: what an administrator set up. */
@Entity('dokploy_settings')
export class DokploySettingsEntity {
  @PrimaryColumn({ type: 'integer' }) id: number;
  @Column({ name: 'base_url', type: 'text' }) baseUrl: string;
  @Column({ name: 'sealed_api_key', type: 'text' }) sealedApiKey: string;
  @Column({ type: 'text' }) project: string;
  @Column({ type: 'text', nullable: true }) environment: string | null;
  @Column({ name: 'server_id', type: 'text', nullable: true }) serverId: string | null;
  @Column({ type: 'simple-json' }) placement: readonly string[];
  @Column({ type: 'text', nullable: true }) image: string | null;
  @Column({ name: 'registry_username', type: 'text', nullable: true }) registryUsername: string | null;
  @Column({ name: 'sealed_registry_password', type: 'text', nullable: true })
  sealedRegistryPassword: string | null;
  @Column({ name: 'main_url', type: 'text', nullable: true }) mainUrl: string | null;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}
