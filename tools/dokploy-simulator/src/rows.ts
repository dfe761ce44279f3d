/** What Dokploy keeps in its database, with the columns that matter here. */
export interface Project {
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly organizationId: string;
  readonly env: string;
}

export interface Environment {
  readonly environmentId: string;
  readonly name: string;
  readonly description: string | null;
  readonly isDefault: boolean;
  readonly projectId: string;
  readonly env: string;
  readonly createdAt: string;
}

export type ApplicationStatus = 'idle' | 'running' | 'done' | 'error';

export interface RestartPolicy {
  readonly Condition?: 'none' | 'on-failure' | 'any';
  readonly Delay?: number;
  readonly MaxAttempts?: number;
}

export interface UpdateConfig {
  readonly Parallelism: number;
  readonly Order: 'start-first' | 'stop-first';
  readonly FailureAction?: 'pause' | 'continue' | 'rollback';
}

export interface Application {
  readonly applicationId: string;
  readonly appName: string;
  readonly environmentId: string;
  readonly serverId: string | null;
  readonly createdAt: string;
  readonly refreshToken: string;
  name: string;
  description: string | null;
  sourceType: string;
  dockerImage: string | null;
  username: string | null;
  password: string | null;
  registryUrl: string | null;
  registryId: string | null;
  env: string | null;
  memoryLimit: string | null;
  cpuLimit: string | null;
  replicas: number;
  command: string | null;
  args: readonly string[] | null;
  restartPolicySwarm: RestartPolicy | null;
  updateConfigSwarm: UpdateConfig | null;
  placementSwarm: { readonly Constraints?: readonly string[] } | null;
  labelsSwarm: Readonly<Record<string, string>> | null;
  networkSwarm: readonly { readonly Target?: string }[] | null;
  stopGracePeriodSwarm: number | null;
  ulimitsSwarm: readonly object[] | null;
  endpointSpecSwarm: object | null;
  networkIds: readonly string[] | null;
  detachDokployNetwork: boolean;
  applicationStatus: ApplicationStatus;
}

export interface Deployment {
  readonly deploymentId: string;
  readonly applicationId: string;
  readonly title: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly startedAt: string;
  readonly logPath: string;
  readonly serverId: string | null;
  status: 'running' | 'done' | 'error' | 'cancelled';
  finishedAt: string | null;
  /** Null even after an error: the reason is in the log alone. */
  readonly errorMessage: null;
  log: string;
}

export interface Mount {
  readonly mountId: string;
  readonly type: 'bind' | 'volume' | 'file';
  readonly volumeName: string | null;
  readonly mountPath: string;
  readonly serviceType: string;
  /** Null for a mount made without `serviceType`: attached to nothing. */
  readonly applicationId: string | null;
}

export interface Network {
  readonly networkId: string;
  readonly name: string;
  readonly driver: 'bridge' | 'overlay';
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly serverId: string | null;
  readonly organizationId: string;
  readonly createdAt: string;
}

export interface Rows {
  readonly projects: Project[];
  readonly environments: Environment[];
  readonly applications: Application[];
  readonly deployments: Deployment[];
  readonly mounts: Mount[];
  readonly networks: Network[];
}

export function emptyRows(): Rows {
  return { projects: [], environments: [], applications: [], deployments: [], mounts: [], networks: [] };
}

export const organizationId = 'org-simulated';

export function remove<T>(rows: T[], isGone: (row: T) => boolean): void {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row !== undefined && isGone(row)) rows.splice(index, 1);
  }
}
