import type { AgentId } from '../agents/agent.ts';

/** In the order in which they count: of several, an agent is given the first. */
export const credentialKinds = ['api-key', 'access-token', 'auth-file'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export const credentialLimits = {
  secretMinLength: 8,
  secretMaxLength: 8_192,
  baseUrlMaxLength: 500,
  modelMaxLength: 200,
  variableMaxLength: 64,
  filesMax: 4,
  fileMaxLength: 32 * 1024,
  filePathMaxLength: 200,
  /** Of one user. */
  credentialsMax: 60,
  /** Of one user, in a minute. */
  testsPerMinute: 10,
  changesPerMinute: 30,
} as const;

/** Visible characters without spaces: what every provider's keys are made of. */
export const secretPattern = /^[\x21-\x7e]+$/;
export const credentialVariablePattern = /^[A-Z][A-Z0-9_]*$/;
/** `<AGENT>_AUTH_FILE_<n>`, a login in base64, and `<AGENT>_AUTH_FILE_<n>_PATH`, where below HOME it goes. */
export const authFileVariablePattern = /^([A-Z][A-Z0-9]*)_AUTH_FILE_(\d+)(_PATH)?$/;
/** Below HOME, and never out of it. */
export const authFilePathPattern = /^(?!\.{1,2}(?:\/|$))[\w.@+-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.@+-]+)*$/;

export interface AuthFileRequest {
  /** Below HOME; absent: where the agent looks. */
  readonly path?: string;
  readonly content: string;
}

/** `PUT /api/credentials/:agent/:kind`: a key or a token as `secret`, else files. It is never told again. */
export interface SaveCredentialRequest {
  readonly secret?: string;
  /** Of a gateway that takes the key; absent: the agent's maker. */
  readonly baseUrl?: string;
  /** Which model to ask for at that gateway. */
  readonly model?: string;
  /** What an agent without an entry of its own reads the key from. */
  readonly variable?: string;
  readonly files?: readonly AuthFileRequest[];
}

/** A credential as its owner sees it: that it is there, and nothing it could be used by. */
export interface CredentialResponse {
  readonly agent: AgentId;
  readonly kind: CredentialKind;
  /** The last four characters of a key or a token. */
  readonly hint: string | null;
  readonly baseUrl: string | null;
  readonly model: string | null;
  /** Below HOME. */
  readonly files: readonly string[];
  /** `unreadable`: sealed with a key the server does not have any more. `refused`: its maker does not renew it. */
  readonly state: 'ready' | 'unreadable' | 'refused';
  /** Another kind of the same agent counts before it. */
  readonly isUsed: boolean;
  /** The server renews it, and containers get what is good for a while. */
  readonly isRenewedHere: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** By a session; to the minute. */
  readonly lastUsedAt: string | null;
}

/** `GET /api/credentials` */
export interface CredentialListResponse {
  readonly credentials: readonly CredentialResponse[];
  /** Agents to which the server's environment gives a login, for users who have none. */
  readonly fromServer: readonly AgentId[];
}

/** `POST /api/credentials/:agent/test` */
export interface CredentialTestResponse {
  readonly kind: CredentialKind;
  /** `unknown`: there is nothing that could be asked. */
  readonly result: 'works' | 'refused' | 'unreachable' | 'not-allowed' | 'expired' | 'invalid' | 'unknown';
  /** What that means and what to do. */
  readonly message: string;
}

/** `POST /api/settings/sealing-key/rotate` */
export interface SealingKeyRotationResponse {
  /** False where the environment gives the key: a new one is set there. */
  readonly isNewKey: boolean;
  readonly resealed: number;
  /** Sealed with a key nobody has any more. */
  readonly unreadable: number;
}
