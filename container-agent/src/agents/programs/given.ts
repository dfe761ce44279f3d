import type { GivenSettings } from '../../agent-settings/agent-settings.ts';
import { type AgentLogin, withLogin } from '../../logins/agent-login.ts';

/** What an agent's program is started with, beside what the container itself has. */
export interface Given {
  /** Null where the owner of the session gave none. */
  readonly login: AgentLogin | null;
  readonly settings: GivenSettings;
}

/** The environment of the program: the container's own, then what is set for the session, then the login. */
export function environmentWith(
  environment: Readonly<Record<string, string>>,
  { login, settings }: Given,
): Readonly<Record<string, string>> {
  return withLogin({ ...environment, ...settings.environment }, login);
}
