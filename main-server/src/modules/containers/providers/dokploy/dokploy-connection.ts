/** Where and how sessions run in Dokploy. Holds secrets. */
export interface DokployConnection {
  /** Without a path, e.g. `https://dokploy.example.com`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The project its apps are in, found by name, else made. */
  readonly project: string;
  /** Null: the project's default one. */
  readonly environment: string | null;
  /** Of a remote server; null: Dokploy's own swarm. */
  readonly serverId: string | null;
  /** Which nodes of the swarm may run sessions, e.g. `node.labels.sessions==true`; none: the node of Dokploy itself. */
  readonly placement: readonly string[];
  readonly image: string | null;
  readonly registry: RegistryLogin | null;
  /** At which containers reach main-server. */
  readonly mainUrl: string | null;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** Null: nobody has set Dokploy up. */
export type FindDokployConnection = () => Promise<DokployConnection | null>;

const imageName = /^(?<host>[a-z0-9.-]+(?::\d+)?)\/[a-z0-9._/-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/i;

/** The registry an image names; null for one that names none, which no node could pull. */
export function registryOf(image: string): string | null {
  const host = imageName.exec(image)?.groups?.['host'] ?? null;
  if (host === null) return null;
  return host === 'localhost' || host.includes('.') || host.includes(':') ? host : null;
}
