import type { AgentId, PermissionMode, AgentSummary } from '../agents/agent.ts';
import type {
  ContainerProviderName,
  ContainerProviderResponse,
  ContainerSizeName,
  ContainerStatus,
} from '../containers/containers.requests.ts';
import type { RepositoryRequest } from '../preparations/preparations.requests.ts';

/** What a session is called until somebody or its first prompt names it. */
export const defaultSessionTitle = 'New session';

export const sessionLimits = {
  titleMinLength: 1,
  titleMaxLength: 200,
  searchMaxLength: 200,
  pageDefault: 50,
  pageMax: 200,
  modelMaxLength: 200,
  effortMaxLength: 50,
} as const;

/**
 * What a user wants to know of a session at one look. Worked out from the container, the running turn and what the
 * agent waits for; `archived` wins over all. While the container is being made it is `stopped`; the container's own
 * status says the rest.
 */
export const sessionStatuses = ['needs-you', 'running', 'idle', 'stopped', 'failed', 'archived'] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

export interface SessionResponse {
  readonly id: string;
  readonly title: string;
  readonly agent: AgentId;
  readonly permissionMode: PermissionMode;
  /** As the agent calls them; null: what the agent prefers. */
  readonly model: string | null;
  readonly effort: string | null;
  readonly status: SessionStatus;
  readonly provider: ContainerProviderName;
  /** Without meaning where the provider has no sizes. */
  readonly size: ContainerSizeName;
  /** False: its container reaches main-server and what the administrator allows, and nothing else. */
  readonly internet: boolean;
  readonly containerStatus: ContainerStatus;
  /** Why the container failed. */
  readonly reason: string | null;
  /** Where the session's own UI lives, without a trailing slash, e.g. `http://<label>.localhost:3000`. */
  readonly origin: string;
  /** Not stopped when nobody uses it. */
  readonly isKeptRunning: boolean;
  /** Whether it goes on by itself when a usage limit that ended a turn resets. */
  readonly continuesAfterLimit: boolean;
  /** When the usage limit resets that ended its latest turn; null when none did, or somebody went on meanwhile. */
  readonly limitResetsAt: string | null;
  readonly archivedAt: string | null;
  readonly createdAt: string;
  /** The last thing said or done in it. */
  readonly lastActivityAt: string;
}

/** `POST /api/sessions` */
export interface CreateSessionRequest {
  /** `defaultSessionTitle` when absent; the first prompt then names the session. */
  readonly title?: string;
  readonly agent?: AgentId;
  readonly provider?: ContainerProviderName;
  /** `medium` when absent. */
  readonly size?: ContainerSizeName;
  /** On when absent. A provider that cannot switch it off refuses `false`. */
  readonly internet?: boolean;
  /** The provider's default when absent: full-auto where the container isolates, ask-first where it does not. */
  readonly permissionMode?: PermissionMode;
  /** As the agent calls it; refused when the agent is known not to have it. What the agent prefers when absent. */
  readonly model?: string | null;
  readonly effort?: string | null;
  /** Cloned into the workspace before the first prompt is run; where it wants a login, by the variables GITHUB_TOKEN, GITLAB_TOKEN or GIT_TOKENS, or over ssh by GIT_SSH_KEY. */
  readonly repository?: RepositoryRequest;
  /** Run by bash in the workspace, after the clone and before the first prompt; once. */
  readonly setupScript?: string;
}

/** `PATCH /api/sessions/:id` */
export interface UpdateSessionRequest {
  readonly title?: string;
  readonly agent?: AgentId;
  readonly permissionMode?: PermissionMode;
  /** Null: what the agent prefers. Another agent takes over what it knows too. */
  readonly model?: string | null;
  readonly effort?: string | null;
  readonly isArchived?: boolean;
  /** Whether it goes on running when nobody uses it. */
  readonly isKeptRunning?: boolean;
  /** Whether it goes on by itself when a usage limit that ended a turn resets, also the one it waits for now. */
  readonly continuesAfterLimit?: boolean;
}

/** `GET /api/sessions` */
export interface ListSessionsRequest {
  /** Words of titles and messages; all when absent. */
  readonly q?: string;
  /** Without it and without words archived ones are left out. */
  readonly status?: SessionStatus;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** `sessionLimits.pageDefault` when absent. */
  readonly limit?: number;
}

/** A page, the one with the latest activity first. */
export interface SessionListResponse {
  readonly sessions: readonly SessionResponse[];
  /** Pass as `cursor` for the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** `GET /api/sessions/options`: what the new-session dialog offers. */
export interface SessionOptionsResponse {
  readonly agents: readonly AgentSummary[];
  readonly providers: readonly ContainerProviderResponse[];
}

/** `POST /api/sessions/:id/ws-ticket` */
export interface CreateTicketRequest {
  /** `socket` opens `/ws/sessions/:id` from the session's origin (or ours), `enter` opens the session's origin. */
  readonly purpose?: 'socket' | 'enter';
}

export interface TicketResponse {
  /** Good once, for 30 s. */
  readonly ticket: string;
  readonly expiresAt: string;
  /** For `enter`: what to put into the iframe; the ticket is in the fragment. */
  readonly url: string | null;
}
