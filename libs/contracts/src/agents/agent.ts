/** A plain string on the wire, so that agents beyond the built-in ones come by configuration. */
export type AgentId = string;

export const agentIdPattern = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * How much the agent may do without asking.
 * `full-auto`: everything (the default inside a container). `ask-first`: asks before commands and changes. `plan`: looks
 * around and proposes a plan, and changes nothing until the plan is approved.
 */
export const permissionModes = ['full-auto', 'ask-first', 'plan'] as const;
export type PermissionMode = (typeof permissionModes)[number];

/** One entry of the agent picker. */
export interface AgentSummary {
  readonly id: AgentId;
  readonly name: string;
  /** One sentence under the name. */
  readonly description: string;
  /** Whether a prompt can be given to it while it works; else it is stopped for one that cannot wait. */
  readonly canSteer?: boolean;
  /** What it can be told about permissions. Missing where an older container says nothing: it has no `plan`. */
  readonly permissionModes?: readonly PermissionMode[];
}

/** What the agent picker offers before any container has said what it has. */
export const builtInAgents: readonly AgentSummary[] = [
  {
    id: 'shell',
    name: 'Shell',
    description: 'Runs each message as a bash command in the workspace. Needs no key.',
    permissionModes: ['full-auto', 'ask-first'],
  },
  {
    id: 'codex',
    name: 'Codex',
    description: 'The coding agent of OpenAI.',
    canSteer: true,
    permissionModes,
  },
  {
    id: 'claude',
    name: 'Claude Code',
    description: 'The coding agent of Anthropic.',
    canSteer: true,
    permissionModes,
  },
  {
    id: 'droid',
    name: 'Droid',
    description: 'The coding agent of Factory.',
    canSteer: true,
    permissionModes,
  },
  { id: 'gemini', name: 'Gemini', permissionModes, description: 'The coding agent of Google.' },
  {
    id: 'opencode',
    name: 'opencode',
    permissionModes,
    description: 'An open agent for the models of many providers.',
  },
  { id: 'qwen', name: 'Qwen Code', permissionModes, description: 'The coding agent of Alibaba.' },
  { id: 'copilot', name: 'Copilot', description: 'The coding agent of GitHub.' },
];
