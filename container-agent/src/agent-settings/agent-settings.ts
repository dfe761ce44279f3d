import type { McpServer } from '@codex-webapp/contracts';

/** What the session, and its owner for all their sessions, gives to agents, terminals and shell commands. */
export interface GivenSettings {
  /** Another one whenever a program has to be started anew for them. */
  readonly revision: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mcpServers: readonly McpServer[];
}

/** Where drivers get them from. Asked before each turn: what changes counts from the next message on. */
export interface AgentSettings {
  /** @throws AgentSetupError */
  find(): Promise<GivenSettings>;

  /** What the user has to know of them; each is told once. */
  takeNotices(): readonly string[];
}

export const nothingGiven: GivenSettings = { revision: '', environment: {}, mcpServers: [] };

/** For containers, and tests, to which nobody gives any. */
export const noSettings: AgentSettings = {
  find: () => Promise.resolve(nothingGiven),
  takeNotices: () => [],
};
