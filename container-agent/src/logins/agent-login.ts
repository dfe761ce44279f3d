import type { LeasedLogin } from '@codex-webapp/contracts';

/** What the session's owner gave to log one agent in with. */
export interface AgentLogin {
  /** Another one whenever a program has to be started anew for it. */
  readonly revision: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the container's own environment, which must not come along. */
  readonly withoutVariables: readonly string[];
  /** A login that main-server renews. Null: the agent logs in by its environment or its files. */
  readonly lease: LeasedLogin | null;
}

/** Where drivers get logins from. Asked before each turn: what changes counts from the next message on. */
export interface AgentLogins {
  /** Null where the owner gave none: then the container's own environment counts. @throws AgentSetupError */
  find(agent: string): Promise<AgentLogin | null>;

  /** Another access token in the place of one the agent's maker refused. @throws AgentSetupError */
  renew(agent: string, refusedToken: string): Promise<LeasedLogin>;

  /** What the user has to know of the logins of an agent; each is told once. */
  takeNotices(agent: string): readonly string[];
}

/** The environment an agent is to see, made from the container's own. */
export function withLogin(
  environment: Readonly<Record<string, string>>,
  login: AgentLogin | null,
): Readonly<Record<string, string>> {
  if (login === null) return environment;
  // A secret may come as the name of its file, too.
  const removed = new Set(login.withoutVariables.flatMap((name) => [name, `${name}_FILE`]));
  const kept = Object.entries(environment).filter(([name]) => !removed.has(name));
  return { ...Object.fromEntries(kept), ...login.environment };
}

/** For containers, and tests, to which nobody gives logins. */
export const noLogins: AgentLogins = {
  find: () => Promise.resolve(null),
  renew: () => Promise.reject(new Error('There is no login to renew')),
  takeNotices: () => [],
};
