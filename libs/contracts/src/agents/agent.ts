/** A plain string on the wire, so that agents beyond the built-in ones come by configuration. */
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
  /** Whether a prompt can be given to it while it works; else it is stopped for one that cannot wait. */
  readonly canSteer?: boolean;
}

/** What the agent picker offers before any container has said what it has. */
export const builtInAgents: readonly AgentSummary[] = [
  {
    id: 'shell',
    name: 'Shell',
    description: 'Runs each message as a bash command in the workspace. Needs no key.',
  },
  { id: 'codex', name: 'Codex', description: 'The coding agent of OpenAI.', canSteer: true },
];
