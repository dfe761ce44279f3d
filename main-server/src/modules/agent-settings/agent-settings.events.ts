export const agentSettingsEvents = { changed: 'agent_settings.changed' } as const;

/** What a user's sessions, or one session, give to agents is something else. One of the two is null. */
export interface AgentSettingsChanged {
  readonly userId: string | null;
  readonly sessionId: string | null;
}
