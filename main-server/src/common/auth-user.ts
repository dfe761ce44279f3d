import type { ApiTokenScope, UserRole } from '@codex-webapp/contracts';

/** Who asks, as the credential says it. Read anew from the database for each request. */
export interface AuthUser {
  readonly id: string;
  readonly username: string;
  readonly role: UserRole;
  /** `login` for a browser's cookie, `token` for an API token. */
  readonly via: 'login' | 'token';
  readonly loginId: string | null;
  readonly tokenId: string | null;
  readonly scope: ApiTokenScope;
}

/** The container of one session, as its session token says it. */
export interface ContainerIdentity {
  readonly sessionId: string;
  readonly generation: number;
}
