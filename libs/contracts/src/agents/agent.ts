/** The agents this version ships a driver for. An id is a plain string on the wire, so that others come by configuration. */
export const builtInAgentIds = ['shell', 'codex'] as const;
export type AgentId = string;

export const agentIdPattern = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * How much the agent may do without asking.
 * `full-auto`: everything (the default inside a container). `ask-first`: asks before commands and changes.
 */
export const permissionModes = ['full-auto', 'ask-first'] as const;
export type PermissionMode = (typeof permissionModes)[number];

/** One entry of the agent picker. */
export interface AgentSummary {
  readonly id: AgentId;
  readonly name: string;
  /** One sentence under the name. */
  readonly description: string;
}
