import type { AuthUser, ContainerIdentity } from '../../common/auth-user.ts';

export type ActorKind = 'login' | 'token' | 'container' | 'system' | 'anonymous';

/** Who did something, for the audit trail. */
export interface Actor {
  readonly kind: ActorKind;
  /** Of the login, the API token, or the session whose container it was. */
  readonly id: string | null;
  readonly userId: string | null;
}

export const systemActor: Actor = { kind: 'system', id: null, userId: null };
export const anonymousActor: Actor = { kind: 'anonymous', id: null, userId: null };

export function actorOf(user: AuthUser): Actor {
  return { kind: user.via, id: user.via === 'login' ? user.loginId : user.tokenId, userId: user.id };
}

export function containerActor(container: ContainerIdentity): Actor {
  return { kind: 'container', id: container.sessionId, userId: null };
}
