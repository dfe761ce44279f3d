import type { AgentSettings } from '../../agent-settings/agent-settings.ts';
import type { AgentLogins } from '../../logins/agent-login.ts';

/** What a driver of a program is given, whatever the program. */
export interface DriverOptions<Config> {
  readonly config: Config;
  /** HOME of the agent: its login, its settings and its conversations. */
  readonly homePath: string;
  readonly workspacePath: string;
  /** Ours, on the session's volume. */
  readonly statePath: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What the owner of the session gives; absent: nothing. */
  readonly logins?: AgentLogins;
  /** Variables and MCP servers of the session; absent: none. */
  readonly settings?: AgentSettings;
}
