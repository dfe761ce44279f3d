import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  hasDeviceLoginEnded,
  type AgentDeviceLogin,
  type CredentialKind,
  type CredentialTestResponse,
  type DeviceLoginState,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';

export interface DeviceLoginView {
  readonly state: DeviceLoginState;
  readonly message: string | null;
  readonly link: string | null;
  readonly code: string | null;
  readonly screen: readonly string[];
  readonly kind: CredentialKind | null;
  readonly test: CredentialTestResponse | null;
}

/** What main-server needs of the socket of a login's program. */
export interface DeviceLoginPeer {
  type(text: string): void;
  close(): void;
}

/** One login under way, and how it ended. In memory: none survives this process. */
export class DeviceLogin {
  readonly id = randomUUID();
  version = 1;
  view: DeviceLoginView = {
    state: 'starting',
    message: null,
    link: null,
    code: null,
    screen: [],
    kind: null,
    test: null,
  };
  peer: DeviceLoginPeer | null = null;
  /** For the program, once. */
  readonly token = randomBytes(32).toString('base64url');
  private isTokenUsed = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly user: AuthUser,
    readonly agent: string,
    readonly how: AgentDeviceLogin,
    readonly startedAt: number,
    readonly endsAt: number,
  ) {}

  get hasEnded(): boolean {
    return hasDeviceLoginEnded(this.view.state);
  }

  /** Nothing changes any more after the end. */
  change(changes: Partial<DeviceLoginView>): void {
    if (this.hasEnded) return;
    this.view = { ...this.view, ...changes };
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  /** Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** True for who comes with the token first, and for nobody after. */
  admit(token: string): boolean {
    if (this.isTokenUsed || this.hasEnded || !isSame(token, this.token)) return false;
    this.isTokenUsed = true;
    return true;
  }
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
