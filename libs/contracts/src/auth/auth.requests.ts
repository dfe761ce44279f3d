import type { UserResponse } from '../users/users.requests.ts';

/** `POST /api/auth/setup`: makes the first admin. The token stands in the link the server prints at its start. */
export interface SetupRequest {
  readonly token: string;
  readonly username: string;
  readonly password: string;
}

/** `POST /api/auth/login` */
export interface LoginRequest {
  readonly username: string;
  readonly password: string;
}

/** `GET /api/auth/me`, and the answer of login and setup. */
export interface MeResponse {
  readonly user: UserResponse;
  /** `login` for a browser's cookie, `token` for an API token. */
  readonly via: 'login' | 'token';
}

/** `GET /api/auth/setup`: whether the first admin is still to be made. The one thing a stranger may ask. */
export interface SetupStateResponse {
  readonly setupNeeded: boolean;
}

/** `read` may only call GET routes. */
export const apiTokenScopes = ['full', 'read'] as const;
export type ApiTokenScope = (typeof apiTokenScopes)[number];

/** `POST /api/auth/tokens` */
export interface CreateApiTokenRequest {
  readonly name: string;
  readonly scope?: ApiTokenScope;
  /** Days until it stops working; 90 when absent. */
  readonly expiresInDays?: number;
}

export interface ApiTokenResponse {
  readonly id: string;
  readonly name: string;
  readonly scope: ApiTokenScope;
  /** The first characters, to tell tokens apart. Not enough to use one. */
  readonly hint: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

/** The answer of `POST /api/auth/tokens`, the only time the secret is shown. */
export interface CreatedApiTokenResponse extends ApiTokenResponse {
  readonly secret: string;
}

export interface ApiTokenListResponse {
  readonly tokens: readonly ApiTokenResponse[];
}
