export const dokployLimits = {
  urlMaxLength: 500,
  keyMaxLength: 500,
  nameMaxLength: 100,
  imageMaxLength: 300,
  placementMax: 10,
  constraintMaxLength: 200,
} as const;

/** `GET /api/settings/dokploy`: where sessions run in Dokploy. Never with the key or the password themselves. */
export interface DokploySettingsResponse {
  /** `environment`: DOKPLOY_BASE_URL is set, and nothing can be changed here. `none`: nobody has set it up. */
  readonly source: 'environment' | 'settings' | 'none';
  readonly baseUrl: string | null;
  readonly hasApiKey: boolean;
  readonly project: string;
  /** Null: the project's default one. */
  readonly environment: string | null;
  /** Of a remote server; null: Dokploy's own host. */
  readonly serverId: string | null;
  /** Which nodes may run sessions, as Docker Swarm writes it; none: the node of Dokploy itself. */
  readonly placement: readonly string[];
  /** Null: CONTAINER_IMAGE. */
  readonly image: string | null;
  readonly registryUsername: string | null;
  readonly hasRegistryPassword: boolean;
  /** Where containers reach this server; null: MAIN_APP_URL. */
  readonly mainUrl: string | null;
  /** What sessions get where these are null here. */
  readonly inherited: { readonly image: string | null; readonly mainUrl: string | null };
}

/** `PUT /api/settings/dokploy`, and the body of its test. */
export interface SaveDokploySettingsRequest {
  readonly baseUrl: string;
  /** Absent: the one that is kept, which is good for the same address only. */
  readonly apiKey?: string;
  readonly project?: string;
  readonly environment?: string | null;
  readonly serverId?: string | null;
  readonly placement?: readonly string[];
  readonly image?: string | null;
  readonly registryUsername?: string | null;
  /** Absent: the one that is kept, as long as the user name is the same. */
  readonly registryPassword?: string;
  readonly mainUrl?: string | null;
}

export const dokployCheckNames = [
  'address',
  'key',
  'version',
  'server',
  'engine',
  'nodes',
  'image',
  'mainUrl',
] as const;
export type DokployCheckName = (typeof dokployCheckNames)[number];

/** One thing that was looked at, and what to do about it. */
export interface DokployCheck {
  readonly name: DokployCheckName;
  /** `skipped`: something before it failed. */
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly message: string;
}

/** `POST /api/settings/dokploy/test` */
export interface DokployTestResponse {
  readonly isUsable: boolean;
  readonly checks: readonly DokployCheck[];
}
