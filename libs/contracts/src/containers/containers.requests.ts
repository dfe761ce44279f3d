export const containerProviderNames = ['docker', 'dokploy', 'process', 'manual'] as const;
export type ContainerProviderName = (typeof containerProviderNames)[number];

export const containerSizeNames = ['small', 'medium', 'large'] as const;
export type ContainerSizeName = (typeof containerSizeNames)[number];
export const containerSizeDefault: ContainerSizeName = 'medium';

/** What a session of this size may use at most. */
export interface ContainerSizeResponse {
  readonly name: ContainerSizeName;
  readonly memoryMb: number;
  readonly cpus: number;
  /** Null where they cannot be limited. */
  readonly processes: number | null;
}

export const containerStatuses = [
  'absent',
  'creating',
  'running',
  'stopping',
  'stopped',
  'error',
  'unknown',
] as const;
export type ContainerStatus = (typeof containerStatuses)[number];

/** What a provider does between the queue and the connection, as far as it does it. */
export const containerStartSteps = ['image', 'volume', 'network', 'create', 'start'] as const;
export type ContainerStartStep = (typeof containerStartSteps)[number];
export const containerStepNames = ['queue', ...containerStartSteps, 'connect'] as const;

/** One step of a start, for the stepper in the UI. */
export interface ContainerStep {
  /** `queue` only where it had to wait for others to start, `volume` and `network` only where it has one of its own. */
  readonly name: (typeof containerStepNames)[number];
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** What it does right now, e.g. the build step of an image. */
  readonly detail: string | null;
  readonly tookMs: number | null;
}

/** The answer of every container command; `GET /api/sessions/:id/container/status` adds `recovery` to it. */
export interface ContainerResponse {
  readonly sessionId: string;
  readonly provider: ContainerProviderName;
  readonly status: ContainerStatus;
  /** Counts the (re-)creations; tokens of older generations are dead. */
  readonly generation: number;
  /** Whether the container's link is up, which is when it takes prompts. */
  readonly isConnected: boolean;
  /** Why it is in `error`, in words, with what to do. */
  readonly reason: string | null;
  readonly steps: readonly ContainerStep[];
  readonly startedAt: string | null;
  /** What it was started from last; null where no image is used, and before the first start. */
  readonly image: string | null;
  /** Whether the next start uses another image, or another content of the same one. */
  readonly isOutdated: boolean;
  /**
   * Only for the `manual` provider and only in the answer of `create` and `start`: the environment to run
   * container-agent with. Holds the session token.
   */
  readonly environment?: Readonly<Record<string, string>>;
}

/** `POST /api/sessions/:id/container/upgrade` */
export interface UpgradeContainerRequest {
  /** Whether a turn that runs may be ended for it. Without it such an upgrade is refused with 409. */
  readonly endsTurn?: boolean;
}

/** One provider, as the new-session dialog shows it. */
export interface ContainerProviderResponse {
  readonly name: ContainerProviderName;
  readonly title: string;
  readonly isDefault: boolean;
  readonly isAvailable: boolean;
  /** Why it is not available, or what it cannot do (no isolation, …): a line for each. */
  readonly note: string | null;
  readonly isIsolated: boolean;
  /** Empty where a session's size is not for us to set. */
  readonly sizes: readonly ContainerSizeResponse[];
  /** Whether a session can be kept from the internet. */
  readonly canSwitchInternetOff: boolean;
}

/** In the reason of a failed start, before the last lines of its log. */
export const lastWordsHeading = '\nIts last words:\n';
